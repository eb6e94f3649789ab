/** A dataset's data: choice of view, slice, and the view itself. */

import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import type { DatasetFacts, Facts } from "../data/protocol.js";
import { extents } from "../ui/format.js";
import { mapping, setView, view, want } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { Mapper, SelectionBox } from "./mapper.js";
import { able, viewNamed, type ViewName, type ViewProps } from "./registry.js";

/** Views whose code has arrived. */
const loaded = new Map<ViewName, ComponentType<ViewProps>>();

export function DataPane({ facts, dataset }: { facts: Facts; dataset: DatasetFacts }) {
  const [, setArrived] = useState(0);
  const name = view.value;
  useEffect(() => {
    if (loaded.has(name)) return;
    void viewNamed(name).load().then((component) => {
      loaded.set(name, component);
      setArrived((n) => n + 1);
    });
  }, [name]);

  // Files that are dropped from now on may be these.
  useEffect(() => want(dataset.sources.flatMap((s) => (s.here === false ? [s.name] : []))), [dataset]);

  if (dataset.shape === null) return <p class="notice">{t.noValue}</p>;
  if (dataset.size === 0) return <p class="notice">{t.noElements(extents(dataset.shape))}</p>;
  const View = loaded.get(name);
  const props: ViewProps = { path: facts.path, facts, dataset, shape: dataset.shape, mapping: mapping.value };
  return (
    <>
      {dataset.shape.length > 0 && (
        <div class="controls">
          <div class="segments" role="group" aria-label={t.view}>
            {able(facts, name).map((v) => (
              <button key={v.name} type="button" aria-pressed={v.name === name} onClick={() => setView(v.name)}>
                {v.label}
              </button>
            ))}
          </div>
          <SelectionBox shape={dataset.shape} />
          <Mapper shape={dataset.shape} table={name === "table"} single={viewNamed(name).axes(facts)[1] < 2} />
        </div>
      )}
      <div class="view" key={`${facts.path} ${name}`}>
        {View ? <View {...props} /> : <p class="quiet">{t.loading}</p>}
      </div>
    </>
  );
}
