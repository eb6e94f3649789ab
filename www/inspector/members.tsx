/** What is in a group, with type and shape. */

import { useEffect, useRef, useState } from "preact/hooks";
import { describeType } from "../data/dtype.js";
import type { Row } from "../data/protocol.js";
import { explain } from "../explorer/explorer.js";
import { join } from "../explorer/tree.js";
import { extents } from "../ui/format.js";
import { objectKey, openMenu } from "../ui/edits.js";
import { Icon, iconOf } from "../ui/icons.js";
import { client, lose, restructured, select } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { VirtualRows } from "../ui/virtual.js";

const ROW_HEIGHT = 36;

export function Members({ path, count }: { path: string; count: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [names, setNames] = useState<readonly string[] | null>(null);
  const [rows, setRows] = useState<ReadonlyMap<string, Row>>(new Map());
  const seen = useRef<readonly [number, number]>([0, 0]);
  const change = restructured.value;
  useEffect(() => {
    let late = false;
    const list = async (): Promise<void> => {
      const found = await client.call("children", { path });
      // What is in sight is asked for again before it is shown; the rest when it comes into sight.
      const again = rows.size === 0 ? [] : await client.call("rows", { path, names: found.slice(...seen.current) });
      if (late) return;
      setNames(found);
      setRows(new Map(again.map((r) => [r.name, r] as const)));
    };
    list().catch(lose);
    return () => {
      late = true;
    };
  }, [path, change]);
  if (count === 0) return <p class="notice">{t.emptyGroup}</p>;
  if (!names) return <p class="quiet">{t.loading}</p>;

  const want = (from: number, to: number): void => {
    seen.current = [from, to];
    const missing = names.slice(from, to).filter((n) => !rows.has(n));
    if (missing.length === 0) return;
    client.call("rows", { path, names: missing }).then(
      (found) => setRows((old) => new Map([...old, ...found.map((r) => [r.name, r] as const)])),
      lose,
    );
  };

  return (
    <div ref={box} class="members" role="list" aria-label={t.members(names.length)}>
      <VirtualRows
        count={names.length}
        rowHeight={ROW_HEIGHT}
        scroller={box}
        onRange={want}
        render={(from, to) =>
          names.slice(from, to).map((name) => {
            const row = rows.get(name);
            const said = explain(row);
            return (
              <div key={name} role="listitem" class="member">
                <button
                  type="button"
                  title={said.title ?? name}
                  onClick={() => void select(join(path, name))}
                  onKeyDown={(e) => void objectKey(e, join(path, name))}
                  onContextMenu={(e) => {
                    e.preventDefault();
                    void openMenu(join(path, name), e.clientX, e.clientY);
                  }}
                >
                  <Icon name={iconOf(row)} />
                  <span class="name">{name}</span>
                  <span class="what">{row?.dtype === undefined ? said.text : describeType(row.dtype)}</span>
                  <span class="size">{row?.shape?.length ? extents(row.shape) : ""}</span>
                </button>
              </div>
            );
          })
        }
      />
    </div>
  );
}
