// Packs what was built for the tests after it.
import { data, pack } from "./home.mjs";

console.log(pack(), data());
