"""YAML as scenarios are written in; read by libyaml where PyYAML has it, many times as fast."""

from __future__ import annotations

from typing import Any

import yaml

YamlLoader: type[yaml.SafeLoader | yaml.CSafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)
"""Builds plain values only."""


def read_yaml(content: str | bytes) -> Any:
    """Read one document.

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    return yaml.load(content, Loader=YamlLoader)  # noqa: S506 -- plain values only
