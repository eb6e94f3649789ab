/** Why a text is no value of a type. The message is a plain sentence for whoever typed it. */
export class ValueError extends Error {}
