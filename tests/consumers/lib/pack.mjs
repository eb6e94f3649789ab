// Packs what was built for the tests after it.
import { judge, pack } from "./home.mjs";

console.log(pack());
await judge();
