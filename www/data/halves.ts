/** Half floats, which come in an array of their own where the platform has one. Pure. */

/** Whether something is such an array. */
export const isHalves = (a: unknown): a is ArrayLike<number> => Object.prototype.toString.call(a) === "[object Float16Array]";
