// Jobs in child processes under watch: each has so much processor time and memory, and losing one costs only that job.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";

const TICKS = 100; // of processor time per second, as Linux reports them in /proc

/** Seconds of processor time and MiB of memory that a process has used. */
function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, memory: Number(fields[21]) / 256 };
}

/**
 * Sends each job to one of `workers` copies of `script` and resolves to their answers, in order. A job that takes more than
 * `seconds` of processor time (ten times that on the wall) or whose process grows beyond `memory` MiB is answered by {crash},
 * as is one that ends its process.
 */
export async function watched(script, jobs, { workers = 2, seconds = 2, memory = 2048 } = {}) {
  const answers = Array.from({ length: jobs.length });
  let next = 0;

  async function lane() {
    let child;
    try {
      while (next < jobs.length) {
        const k = next++;
        child ??= fork(script, [], { execArgv: ["--max-old-space-size=1024"], stdio: ["ignore", "ignore", "pipe", "ipc"] });
        answers[k] = await one(child, jobs[k]);
        if (answers[k].crash) child = undefined;
      }
    } finally {
      child?.kill();
    }
  }

  function one(child, job) {
    return new Promise((resolve) => {
      let words = "";
      let began;
      const start = Date.now();
      const finish = (answer) => {
        clearInterval(timer);
        child.removeAllListeners();
        child.stderr.removeAllListeners("data");
        if (answer.crash) child.kill("SIGKILL");
        resolve(answer);
      };
      const timer = setInterval(() => {
        try {
          const now = usage(child.pid);
          if (began === undefined) return;
          if (now.cpu - began > seconds) finish({ crash: `more than ${seconds} s of processor time` });
          else if (now.memory > memory) finish({ crash: `${Math.round(now.memory)} MiB of memory` });
          else if (Date.now() - start > seconds * 10_000) finish({ crash: `more than ${seconds * 10} s` });
        } catch {
          // The process is gone: its exit event says the rest.
        }
      }, 50);
      child.stderr.on("data", (text) => { if (words.length < 2000) words += text; });
      child.on("exit", (code, signal) => finish({ crash: `${signal ?? `exit ${code}`} ${words.trim().slice(0, 300)}` }));
      child.on("message", (message) => {
        // The clock starts when the process is up and has the job: starting Node is not the reader's time.
        if (message === "begun") began = usage(child.pid).cpu;
        else finish(message);
      });
      child.send(job);
    });
  }

  await Promise.all(Array.from({ length: workers }, lane));
  return answers;
}
