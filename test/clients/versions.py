"""Which versions take part."""

from importlib.metadata import version


def versions_of(*packages):
    return {name: version(name) for name in packages}
