"""Runs the code blocks of a Markdown document as a reader would who follows it, and names the line that fails.

A block is told by the language of its fence:
  sh     runs in a directory that looks like the checkout after ./run, with the document's plugins in it, beside a server on
         config/default.yaml that listens on a free port; a block of the repository's own commands alone (./run, ./test) is not run, the commands have to exist
  yaml   a configuration with `plugins:` has to pass check-config
  cmake, cpp, sql, json with a path in a comment on the first line: a file of a plugin, which is built against the installation with all
         the others of its folder, and inspected
Any other block of these languages fails: it could not be checked. Every file is padded, so that its line numbers are the document's.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

CHECKED = {"sh", "yaml", "cmake", "cpp", "sql"}
PRELUDE = (
    "set -eEuo pipefail; "
    "trap 'echo \"$DOCUMENT:$LINENO: this line failed\" >&2' ERR; "
    "curl() { command curl --fail-with-body --max-time 60 \"$@\"; }; "  # an error of the server is a failure
    "sleep() { for _ in {1..600}; do ls data/mail/*.eml >/dev/null 2>&1 && return; command sleep 0.1; done; }; "  # what it waits for
)


class Block:
    def __init__(self, language, line, text):
        self.language, self.line, self.text = language, line, text  # line: of its first line of text

    def padded(self):
        return "\n" * (self.line - 1) + self.text

    def path(self):
        """Of the file that a comment on the first line names; of a migration, whose first is its mark, on the second."""
        for line in self.text.split("\n")[:2]:
            if found := re.match(r"(?://|#|--) ([\w.-]+/[\w./-]+)\s*$", line):
                return found.group(1)
        return None


def blocks_of(document):
    blocks, language, begin, lines = [], None, 0, []
    for number, line in enumerate(document.read_text().split("\n"), 1):
        if language is None and line.startswith("```"):
            language, begin, lines = line[3:].strip(), number + 1, []
        elif language is not None and line.startswith("```"):
            if language in CHECKED:
                blocks.append(Block(language, begin, "\n".join(lines) + "\n"))
            language = None
        elif language is not None:
            lines.append(line)
    return blocks


class Checker:
    def __init__(self, options):
        self.options, self.name = options, options.document.name
        self.faults = []
        self.kitchen = options.prefix / "bin/chuks-kitchen"
        self.plugins = options.work / "plugins"

    def fault(self, block, what):
        self.faults.append(f"{self.name}:{block.line}: the {block.language} block: {what}")

    def run(self, block, command, **more):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)
        if done.returncode != 0:
            self.fault(block, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-6000:]}{done.stderr[-6000:]}")
        return done.returncode == 0

    def check(self):
        folders = {}
        blocks = blocks_of(self.options.document)
        for block in blocks:
            if block.path():
                folders.setdefault(block.path().split("/")[0], []).append(block)
                self.write_file(block)
        for block in blocks:
            if block.path():
                continue
            elif block.language == "sh":
                self.check_commands(block)
            elif block.language == "yaml":
                self.check_configuration(block)
            else:
                self.fault(block, "its first line does not say which file it is, as in '// loyalty/plugin.cpp'")
        for folder, blocks in folders.items():
            self.check_plugin(folder, blocks)
        return self.faults

    def check_commands(self, block):
        lines = [line.split("#")[0].split() for line in block.text.splitlines() if line.split("#")[0].strip()]
        if all(line[0].startswith("./") for line in lines):
            for line in lines:
                if not os.access(self.options.source / line[0], os.X_OK):
                    self.fault(block, f"there is no command {line[0]}")
            return
        checkout = self.options.work / f"checkout-{block.line}"
        (checkout / "build").mkdir(parents=True)
        (checkout / "build/release").symlink_to(self.options.build)
        (checkout / "config").symlink_to(self.options.source / "config")
        for folder in self.plugins.glob("*"):
            (checkout / folder.name).symlink_to(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = dict(os.environ, KITCHEN_LISTEN=f"127.0.0.1:{port}", DOCUMENT=self.name, CXX=str(self.options.compiler))
        with open(checkout / "server.log", "w") as log:
            server = subprocess.Popen([self.options.build / "bin/chuks-kitchen", "serve", "--config", "config/default.yaml"],
                                      cwd=checkout, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            if not self.serves(server, port):
                self.fault(block, "the server did not start:\n" + (checkout / "server.log").read_text())
                return
            # The prelude takes the place of one line of the padding.
            script = PRELUDE + block.padded().replace("127.0.0.1:8080", f"127.0.0.1:{port}")
            self.run(block, ["bash", "-c", script], cwd=checkout, env=environment, timeout=600)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)

    @staticmethod
    def serves(server, port):
        for _ in range(600):
            if server.poll() is not None:
                return False
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return True
            time.sleep(0.1)
        return False

    def check_configuration(self, block):
        if not re.search(r"^plugins:", block.text, re.M):
            self.fault(block, "it has no `plugins:`, so check-config cannot read it")
            return
        folder = self.options.work / f"configuration-{block.line}"
        folder.mkdir(parents=True)
        (folder / self.name).write_text(block.padded())
        self.run(block, [self.kitchen, "check-config", "--config", self.name], cwd=folder,
                 env=dict(os.environ, KITCHEN_AUTH_KEY="a-key-of-at-least-thirty-two-characters"))

    def write_file(self, block):
        file = self.plugins / block.path()
        if file.exists():
            self.fault(block, f"{block.path()} is there a second time")
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        # The compiler can be told what the file is called; the others get the line at least.
        texts = {"cpp": f'#line {block.line} "{self.name}"\n{block.text}', "sql": block.text}
        file.write_text(texts.get(block.language) or block.padded())

    def check_plugin(self, folder, blocks):
        first, build = blocks[0], self.options.work / f"build-{folder}"
        if not (self.plugins / folder / "CMakeLists.txt").exists():
            self.fault(first, f"there is no block {folder}/CMakeLists.txt")
            return
        (self.run(first, ["cmake", "-S", self.plugins / folder, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={self.options.compiler}",
                          f"-DCMAKE_PREFIX_PATH={self.options.prefix}", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"])
         and self.run(first, ["cmake", "--build", build])
         and self.run(first, [self.kitchen, "plugins", "inspect", folder, "--plugin-dir", build / "plugins"]))


def main():
    parser = argparse.ArgumentParser()
    for name in ("document", "source", "build", "work"):
        parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--compiler", default="c++", help="for the plugins of the document")
    options = parser.parse_args()
    options.prefix = options.work / "prefix"
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    if not blocks_of(options.document):
        sys.exit(f"{options.document.name}: no code block to check")
    subprocess.run(["cmake", "--install", options.build, "--prefix", options.prefix], check=True, stdout=subprocess.DEVNULL)
    faults = Checker(options).check()
    if faults:
        sys.exit("\n".join(faults))  # what was written stays, to look at
    shutil.rmtree(options.work)


main()
