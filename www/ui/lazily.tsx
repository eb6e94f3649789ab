/** A part of the page whose code comes when it is shown for the first time. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

type Load = () => Promise<ComponentType>;

/** Parts that have arrived. */
const here = new Map<Load, ComponentType>();

export function Lazily({ load }: { load: Load }) {
  const [, setArrived] = useState(0);
  useEffect(() => {
    if (!here.has(load)) {
      void load().then((part) => {
        here.set(load, part);
        setArrived((n) => n + 1);
      });
    }
  }, [load]);
  const Part = here.get(load);
  return Part ? <Part /> : null;
}
