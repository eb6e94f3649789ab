// Debian packages, and only those whose program is missing.
import { command, logged } from "../lib/run.mjs";
import { which } from "../lib/paths.mjs";
import { findPython } from "./python.mjs";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser for the tests: `CHROME_PATH`, or the first one installed. */
export const browser = () => process.env.CHROME_PATH || BROWSERS.map((name) => which(name)).find(Boolean);

/** Can this Python make a virtual environment? Debian cuts that part off into a package of its own. */
async function hasVenv(python) {
  return (await command([python, "-c", "import venv, ensurepip"])).code === 0;
}

async function missing() {
  const list = [];
  // Browser and driver must be of one version, so the driver comes from the same place.
  if (!browser()) list.push("chromium");
  if (!which("chromedriver")) list.push("chromium-driver");
  if (!which("h5dump")) list.push("hdf5-tools");
  const python = await findPython();
  if (!python) list.push("python3", "python3-venv");
  else if (!(await hasVenv(python))) list.push("python3-venv");
  return list;
}

export const system = {
  name: "Debian packages",
  what: "apt-get install of what is missing",
  why: "Chromium with its driver for the tests in a browser, h5dump and Python as independent judges of our files",
  async ready() {
    return (await missing()).length ? undefined : "browser, driver, h5dump and Python are installed";
  },
  async make(say) {
    const list = await missing();
    if (!which("apt-get")) throw new Error(`these Debian packages (or their like) are needed: ${list.join(" ")}`);
    const sudo = process.getuid() === 0 ? [] : ["sudo", "-n"];
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    say(`installing ${list.join(" ")}`);
    await logged("apt", [...sudo, "apt-get", "update", "-q"], say, { env });
    await logged("apt", [...sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", ...list], say, { env });
  },
};
