// Programs whose library of types has a Float16Array.
import { create, type DatasetSync, type HalfArray, type NdArray, type NumericArray } from "hyperslab";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<A, B>(equal: Equal<A, B>): void {
  void equal;
}

is<HalfArray, Float16Array>(true);
const f = create();
const d = f.createDataset("halves", { data: Float16Array.of(1, 2), chunks: [1] });
is<typeof d, DatasetSync<"<f2", [number]>>(true);
const { data } = d.read();
is<typeof data, Float16Array | Float32Array>(true);
if (data instanceof Float16Array) is<typeof data, Float16Array>(true);
else is<typeof data, Float32Array>(true);
const into = d.read(null, { into: new Float16Array(2) });
is<typeof into, NdArray<Float16Array<ArrayBuffer>>>(true);
d.write("0", Float16Array.of(3));
f.attrs.set("a", new Float16Array(2));
const any: NumericArray = new Float16Array(2);
void any;
