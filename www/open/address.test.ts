import assert from "node:assert/strict";
import { test } from "node:test";
import { beside } from "../data/beside.js";
import { formatOpen } from "../ui/hash.js";
import { fileAt, shortly } from "./address.js";

test("addresses as people give them", () => {
  assert.deepEqual(fileAt(" https://example.org/a/run%201.h5?key=x#there "), { name: "run 1.h5", url: "https://example.org/a/run%201.h5?key=x" });
  assert.deepEqual(fileAt("example.org/run.h5"), { name: "run.h5", url: "https://example.org/run.h5" });
  assert.deepEqual(fileAt("http://localhost:8080/"), { name: "localhost:8080", url: "http://localhost:8080/" });
  assert.deepEqual(fileAt("files/%E0%A4%A.h5", "https://here.org/app/"), { name: "%E0%A4%A.h5", url: "https://here.org/app/files/%E0%A4%A.h5" });
  for (const none of ["", "  ", "file:///etc/passwd", "s3://bucket/key", "blob:https://x.org/1", "javascript:alert(1)", "https://me:secret@example.org/a.h5", "http://"]) {
    assert.equal(fileAt(none), undefined, none);
    assert.equal(none.trim() === "" || none === "http://" ? undefined : fileAt(none, "https://here.org/"), undefined, none);
  }
});

test("the page's address says which file is open, and keeps what else it says", () => {
  assert.equal(shortly("https://here.org/app/files/run.h5", "https://here.org/app/index.html"), "files/run.h5");
  assert.equal(shortly("https://else.org/run.h5", "https://here.org/app/"), "https://else.org/run.h5");
  assert.equal(formatOpen("?a=1&open=old", "https://x.org/a b.h5?q=1&r=2"), "?a=1&open=https://x.org/a%20b.h5%3Fq%3D1%26r%3D2");
  assert.equal(new URLSearchParams(formatOpen("", "https://x.org/a b.h5?q=1&r=2")).get("open"), "https://x.org/a b.h5?q=1&r=2");
  assert.equal(formatOpen("?open=old&a=1", undefined), "?a=1");
  assert.equal(formatOpen("?open=old", undefined), "");
});

test("files beside one are those in its folder and below, and no others", () => {
  const home = "https://x.org/data/run.h5?key=secret";
  assert.equal(beside(home, "part 1.h5"), "https://x.org/data/part%201.h5");
  assert.equal(beside(home, "sub/part.h5"), "https://x.org/data/sub/part.h5");
  assert.equal(beside(home, "../part.h5", "https://x.org/data/sub/other.h5"), "https://x.org/data/part.h5");
  assert.equal(beside(home, "C:\\from\\elsewhere\\part.h5"), "https://x.org/data/part.h5");
  assert.equal(beside(home, "/abs/part.h5", "https://x.org/data/sub/other.h5"), "https://x.org/data/part.h5");
  assert.equal(beside(home, "a.h5?x=1#y"), "https://x.org/data/a.h5%3Fx%3D1%23y");
  assert.equal(beside(home, "https://x.org/data/part.h5"), "https://x.org/data/part.h5");
  for (const none of ["../part.h5", "https://evil.org/part.h5", "https://x.org/part.h5", "//evil.org/a.h5/", ".", ""]) {
    assert.ok(!/evil|org\/part/.test(beside(home, none) ?? ""), none);
  }
  assert.equal(beside(home, ""), undefined);
});
