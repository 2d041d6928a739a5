"""Opens the page: settings, server, launch."""

from __future__ import annotations

from assistant.cli import main

if __name__ == "__main__":
    main(["serve"])
