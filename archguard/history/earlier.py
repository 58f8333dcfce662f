"""The configuration of today for the code of an earlier revision, in which some of what it names was not there yet."""

from dataclasses import replace
from pathlib import Path

from archguard.config import Config
from archguard.model.names import parts_of


def earlier(config: Config, tree: Path) -> Config:
    """`config` for the code in the folder `tree`, without the packages, source roots and services that it has not."""
    project = config.project
    roots = tuple(root for root in project.source_roots if (tree / root).is_dir())
    services = {name: it for name, it in config.services.items() if not it.root or (tree / it.root).is_dir()}
    folders = [tree / root for root in roots or (".", "src")]
    packages = tuple(name for name in project.packages if any(_is_there(folder, name) for folder in folders))
    return replace(
        config, root=tree, services=services, project=replace(project, source_roots=roots, packages=packages)
    )


def _is_there(folder: Path, package: str) -> bool:
    place = folder.joinpath(*parts_of(package))
    return place.is_dir() or place.with_name(f"{place.name}.py").is_file()
