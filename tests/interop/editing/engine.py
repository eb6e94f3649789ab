"""The engine that is judged: a program that reads a line of JSON for each change and answers with one."""
import json
import os
import subprocess


class Broken(Exception):
    """It ended, or said something that is no answer."""


class Engine:
    def __init__(self, argv, log=None):
        self.argv, self.log, self.folder = argv, log, os.getcwd()
        self.process = None

    def ask(self, said):
        """None, or the error as {"error": text, "code": word}."""
        if self.process is None:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=self.folder)
        p = self.process
        try:
            p.stdin.write(json.dumps(said) + "\n")
            p.stdin.flush()
            line = p.stdout.readline()
            answer = json.loads(line)
        except (OSError, ValueError) as e:
            self.end()
            raise Broken("%s: %s" % (type(e).__name__, e)) from None
        return answer if answer else None

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
