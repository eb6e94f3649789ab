// A program as it is typed against h5wasm: it has to compile against both. The module's name is the only thing that changes.
import h5wasm, {
  ACCESS_MODES,
  Attribute,
  BrokenSoftLink,
  convertToLibverString,
  Dataset,
  DatasetRegion,
  Datatype,
  dtype_to_metadata,
  type CompoundMember,
  type CompoundTypeMetadata,
  type Dtype,
  type Entity,
  type EnumTypeMetadata,
  ExternalLink,
  File,
  type FileOptions,
  type Filter,
  FS,
  Group,
  guess_metadata,
  type GuessableDataTypes,
  type JSONCompatibleOutputData,
  LIBVER_BOUNDS_MAP,
  type LIBVER_BOUND,
  type LIBVER_BOUNDS,
  type Metadata,
  Module,
  type OutputData,
  ready,
  Reference,
  RegionReference,
} from "MODULE";

const module = await ready;
module.FS.writeFile("a.h5", new Uint8Array(8));
const bytes: Uint8Array = module.FS.readFile("a.h5");
module.FS.mkdirTree("/work/deep");
module.FS.unlink("a.h5");
const stream = module.FS.open("/work/x", "w+");
const moved: number = module.FS.write(stream, bytes, 0, 2, 0) + module.FS.read(stream, new Uint8Array(2), 0, 2, 0) + module.FS.llseek(stream, 0, 2);
module.FS.close(stream);
module.FS.mount(module.FS.filesystems.WORKERFS, { blobs: [{ name: "b.h5", data: new Blob([]) }] }, "/work");
const mounted: unknown = module.FS.mount(module.FS.filesystems.WORKERFS, {}, "/more");
module.FS.filesystems.WORKERFS.createNode(mounted, "c.h5", module.FS.filesystems.WORKERFS.FILE_MODE, 0, new Blob([]));
module.FS.createLazyFile("/", "lazy.h5", "https://example.org/x.h5", true, false);
module.FS.syncfs(true, (e) => console.log(e, moved));
if (FS?.analyzePath("/work").exists) console.log(bytes.length, FS.readdir("/work"));
const options: FileOptions = { track_order: true, libver: ["v110", "latest"] };
const bound: LIBVER_BOUND = convertToLibverString(module.H5F_LIBVER_V110);
const bounds: LIBVER_BOUNDS = bound;
const file: File = new h5wasm.File("a.h5", "w", options);
const old = new File("b.h5", "r", true);
const group: Group = file.create_group("g", true);
const data: GuessableDataTypes = new Map([["x", new Float64Array(3)]]);
const dtype: Dtype = [["x", "<f"], ["v", "<d", [3]]];
const dataset: Dataset = group.create_dataset({ name: "d", data, dtype, shape: [3], maxshape: [null], chunks: [3], compression: "gzip", compression_opts: [4] });
dataset.write_slice([[0, 2], []], new Float64Array(2));
const values: OutputData | null = dataset.slice([[0, null, 2], [1], []]);
const json: JSONCompatibleOutputData | null = dataset.json_value;
const nested: JSONCompatibleOutputData | null = dataset.to_array();
const metadata: Metadata = dataset.metadata;
const members: CompoundMember[] = (metadata.compound_type as CompoundTypeMetadata).members;
const names: EnumTypeMetadata["members"] | undefined = metadata.enum_type?.members;
const maxshape: number[] | null = metadata.maxshape;
const filters: Filter[] = dataset.filters;
const { id, name, cd_values }: Filter = filters[0]!;
const shape: number[] | null = dataset.shape;
const size: number = dataset.resize([5]);
dataset.make_scale("x");
dataset.attach_scale(0, "/s");
const scales: string[] = dataset.get_attached_scales(0);
const labels: (string | null)[] = dataset.get_dimension_labels();
group.create_attribute("a", "text", null, "S");
const attribute: Attribute = group.attrs["a"]!;
const value: OutputData | null = attribute.value;
const plain: JSONCompatibleOutputData = group.get_attribute("a", true);
const reference: Reference = dataset.create_reference();
const region: RegionReference = dataset.create_region_reference([[0, 1]]);
const there: DatasetRegion = file.dereference(region);
const entity: Entity | DatasetRegion | null = file.dereference(reference);
console.log(entity);
const at = file.get("x");
if (at instanceof BrokenSoftLink) console.log(at.target);
else if (at instanceof ExternalLink) console.log(at.filename, at.obj_path);
else if (at instanceof Datatype) console.log(at.metadata.size);
else if (at instanceof Group) console.log(at.keys(), at.items());
const type: number = file.get_type("x");
if (type === Module.H5G_GROUP || type === module.H5G_DATASET) console.log(file.get_link("x"), file.get_external_link("x").filename);
const made: Metadata = dtype_to_metadata("<f");
const guessed: Metadata = guess_metadata([1, 2]);
console.log(ACCESS_MODES.r, LIBVER_BOUNDS_MAP[bound], bounds, old.libver[0], values, json, nested, members, names, maxshape, id, name, cd_values);
console.log(shape, size, scales, labels, value, plain, there.value, made.type, guessed.size, file.paths(), file.keys(), String(group));
console.log(module.get_names(file.file_id, "/", true), module.get_dataset_metadata(file.file_id, "/d"), module.get_plugin_search_paths());
module.activate_throwing_error_handler();
file.flush();
const status: number = file.close();
console.log(status);
