import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExtents, parseMaxshape, parseShape } from "./shape.js";

test("shapes as people write them", () => {
  assert.deepEqual(parseShape("100, 20"), [100, 20]);
  assert.deepEqual(parseShape("(5,)"), [5]);
  assert.deepEqual(parseShape("[2 x 3 × 4]"), [2, 3, 4]);
  assert.deepEqual(parseShape("  "), []);
  assert.deepEqual(parseShape("0"), [0]);
  assert.deepEqual(parseExtents("∞, 3, none"), [null, 3, null]);
  assert.throws(() => parseShape("5, ∞"), { message: /only the largest shape/ });
  assert.throws(() => parseShape("5, -1"), { message: /“-1” is no extent/ });
  assert.throws(() => parseShape("1e3"), { message: /no extent/ });
  assert.throws(() => parseShape("5,,1"), { message: /“” is no extent/ });
  assert.deepEqual(parseMaxshape("∞, 20", [5, 20]), [null, 20]);
  assert.throws(() => parseMaxshape("∞", [5, 20]), { message: /has 1 axes, the shape 2/ });
  assert.throws(() => parseMaxshape("4", [5]), { message: /axis 0 is smaller/ });
});
