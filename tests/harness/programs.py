"""Model packages that are one Python program."""

import json
from pathlib import Path


def package(folder: Path, name: str, script: str, **more) -> Path:
    """A package of the type `Command` that runs `script`; `more` goes into its config.json."""
    path = folder / name
    (path / "model").mkdir(parents=True)
    config = {"model_type": "Command", "model_algorithm": name, "command": ["python3", f"{name}.py"], **more}
    (path / "model/config.json").write_text(json.dumps(config))
    (path / f"model/{name}.py").write_text(script)
    return path
