"""Nothing of a question is written by default, and the server runs where there is no network at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.settings import Settings

WORD = "zanzibarquestion"
_SCRIPT = """
import http.client, json, os, signal, subprocess, sys, time

import fcntl, socket, struct
probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(probe, 0x8914, struct.pack("16sH14x", b"lo", 0x49))  # SIOCSIFFLAGS: up and running
names = [name for _, name in socket.if_nameindex()]
assert names == ["lo"], names
command = [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", "7999", *sys.argv[1:]]
server = subprocess.Popen(command)
try:
    end = time.monotonic() + 90
    while True:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", 7999, timeout=60)
            asked.request("POST", "/api/ask", json.dumps({"question": "zanzibarquestion pour les jeunes"}))
            answer = asked.getresponse()
            body = answer.read()
            if answer.status == 200:
                break
        except OSError:
            assert server.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)
    print(answer.status)
finally:
    server.terminate()
    server.wait(30)
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs to be root to cut the network")
def test_a_server_without_network_answers_and_writes_no_question(tiny_settings: Settings, tmp_path: Path) -> None:
    """In a network of its own, with nothing but loopback; every file written since is searched for the question."""
    begun = time.time()
    home = tmp_path / "home"
    home.mkdir()
    places = ["--data", str(tiny_settings.data), "--index", str(tiny_settings.index)]
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "GRADIO_TEMP_DIR": str(home / "gradio")}
    with (tmp_path / "log").open("w") as log:
        done = subprocess.run(
            ["unshare", "-n", sys.executable, "-c", _SCRIPT, *places],
            stdout=subprocess.PIPE, stderr=log, text=True, env=environment, timeout=150,
        )  # fmt: skip
    assert done.stdout.strip().endswith("200"), (tmp_path / "log").read_text()
    written = [
        path
        for folder in (tmp_path, tiny_settings.data, tiny_settings.index, tiny_settings.cache)
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_mtime >= begun
    ]
    assert [path for path in written if WORD.encode() in path.read_bytes()] == []
