/** The superblock in h5dump's DDL. */

import { Cursor, bytesAt } from "../raw/source.js";
import { find, headerAt } from "../raw/header.js";
import { extensionOf } from "../raw/superblock.js";
import type { Dumper } from "./dumper.js";

const STRATEGIES = ["FSM_AGGR", "PAGE", "AGGR", "NONE"];
/** Messages of the superblock's extension. */
const SHARED_TABLE = 0x0f;
const K_VALUES = 0x13;
const FILE_SPACE = 0x17;

interface Facts {
  groupInternal: number;
  groupLeaf: number;
  chunkInternal: number;
  strategy: number;
  persist: boolean;
  threshold: number;
  pageSize: number;
  sharedVersion: number;
}

/** What the superblock and its extension say. */
export async function factsOf(dumper: Pick<Dumper, "file" | "widthsOf">): Promise<Facts> {
  const widths = await dumper.widthsOf();
  const facts: Facts = { groupInternal: 16, groupLeaf: 4, chunkInternal: 32, strategy: 0, persist: false, threshold: 1, pageSize: 4096, sharedVersion: 0 };
  if (widths.version < 2) {
    const c = new Cursor(await bytesAt(dumper.file, 0, 64), 16);
    facts.groupLeaf = c.u16();
    facts.groupInternal = c.u16();
    c.take(4);
    if (widths.version === 1) facts.chunkInternal = c.u16();
    return facts;
  }
  const extension = await extensionOf(dumper.file, widths);
  if (extension === undefined) return facts;
  const header = await headerAt(dumper.file, extension, widths);
  const k = find(header, K_VALUES);
  if (k) {
    const values = new Cursor(k.body, 1);
    facts.chunkInternal = values.u16();
    facts.groupInternal = values.u16();
    facts.groupLeaf = values.u16();
  }
  const shared = find(header, SHARED_TABLE);
  if (shared) facts.sharedVersion = shared.body[0]!;
  const space = find(header, FILE_SPACE);
  if (space && space.body[0] === 1) {
    const values = new Cursor(space.body, 1);
    facts.strategy = values.u8();
    facts.persist = values.u8() !== 0;
    facts.threshold = values.wide(widths.length) ?? 0;
    facts.pageSize = values.wide(widths.length) ?? 0;
  }
  return facts;
}

export async function dumpSuperblock(dumper: Dumper): Promise<void> {
  const { version, offset, length } = await dumper.widthsOf();
  const f = await factsOf(dumper);
  const rows: [string, string | number][] = [
    ["SUPERBLOCK_VERSION", version],
    ["FREELIST_VERSION", 0],
    ["SYMBOLTABLE_VERSION", 0],
    ["OBJECTHEADER_VERSION", f.sharedVersion],
    ["OFFSET_SIZE", offset],
    ["LENGTH_SIZE", length],
    ["BTREE_RANK", f.groupInternal],
    ["BTREE_LEAF", f.groupLeaf],
    ["ISTORE_K", f.chunkInternal],
    ["FILE_SPACE_STRATEGY", `H5F_FSPACE_STRATEGY_${STRATEGIES[f.strategy] ?? "UNKNOWN"}`],
    ["FREE_SPACE_PERSIST", f.persist ? "TRUE" : "FALSE"],
    ["FREE_SPACE_SECTION_THRESHOLD", f.threshold],
    ["FILE_SPACE_PAGE_SIZE", f.pageSize],
  ];
  dumper.print("SUPER_BLOCK {\n");
  for (const [name, value] of rows) dumper.print(`   ${name} ${value}\n`);
  dumper.print(`   USER_BLOCK {\n      USERBLOCK_SIZE ${dumper.file.info.userblock}\n   }\n}\n`);
}
