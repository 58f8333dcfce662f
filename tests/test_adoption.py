"""The day on which a team adopts archguard, as one story on the command line and in a real git repository."""

import subprocess
from pathlib import Path

import pytest
from project import Project
from repository import commit, git

OLD = {
    "pyproject.toml": '[project]\nname = "shop"\n',
    "src/shop/__init__.py": "",
    "src/shop/api/__init__.py": "",
    "src/shop/api/orders.py": "from shop.services import orders\nfrom shop.services import mails\n",
    "src/shop/api/users.py": "from shop.services import users\n",
    "src/shop/services/__init__.py": "",
    "src/shop/services/orders.py": "from shop.store import orders\nfrom shop.store import users\n",
    "src/shop/services/users.py": "from shop.store import users\n",
    "src/shop/services/mails.py": "from shop.store import users\n\n\ndef send():\n    from shop.api import users\n",
    "src/shop/store/__init__.py": "",
    "src/shop/store/orders.py": "",
    "src/shop/store/users.py": "",
    "tests/test_shop.py": "import shop\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Project:
    """An old code base, with one import that goes upwards."""
    project = Project(tmp_path)
    git(project, "init", "--quiet", "--initial-branch", "main")
    project.write_all(OLD)
    commit(project, "Years of work")
    return project


def _archguard(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.run(*arguments, CI="1")


def test_a_team_adopts_archguard_in_a_day(repository: Project) -> None:
    # The morning: a configuration and a baseline, without a word about the code.
    begun = _archguard(repository, "init", "--yes")
    assert begun.returncode == 0, begun.stderr
    assert "written: archguard-baseline.yaml (1 known violation)" in begun.stderr
    assert "imported: shop.api.users" in (repository.root / "archguard-baseline.yaml").read_text(encoding="utf-8")
    assert _archguard(repository, "check").returncode == 0
    commit(repository, "Adopt archguard")

    # The baseline is what `archguard baseline` writes.
    before = (repository.root / "archguard-baseline.yaml").read_bytes()
    assert _archguard(repository, "baseline").returncode == 0
    assert (repository.root / "archguard-baseline.yaml").read_bytes() == before

    # Noon: somebody breaks the order, and CI is red at the line, for what is new only.
    repository.write("src/shop/store/orders.py", "import json\n\nfrom shop.services import users\n")
    commit(repository, "Ask the service who ordered")
    broken = _archguard(repository, "check")
    assert broken.returncode == 1
    assert (
        "src/shop/store/orders.py:3:27: error: shop.store.orders must not import shop.services.users" in broken.stdout
    )
    assert "mails" not in broken.stdout
    assert (
        "::error file=src/shop/store/orders.py,line=3" in _archguard(repository, "check", "--format", "github").stdout
    )
    refused = _archguard(repository, "baseline")
    assert refused.returncode == 2
    assert "the baseline would grow by 1" in refused.stderr

    # The afternoon: it is mended, and so is the old one, in another place of a file that was renamed.
    repository.write("src/shop/store/orders.py", "import json\n")
    git(repository, "mv", "src/shop/services/mails.py", "src/shop/services/letters.py")
    repository.write("src/shop/api/orders.py", "from shop.services import orders\nfrom shop.services import letters\n")
    commit(repository, "Mend it, and call letters what they are")
    assert _archguard(repository, "check").returncode == 0
    repository.write("src/shop/services/letters.py", "from shop.store import users\n")
    mended = _archguard(repository, "check", "--strict-baseline")
    assert mended.returncode == 1
    assert "which is fixed" in mended.stdout + mended.stderr

    # The evening: the baseline is pruned, and everything is green, strictly.
    assert _archguard(repository, "baseline", "--prune").returncode == 0
    assert "importer" not in (repository.root / "archguard-baseline.yaml").read_text(encoding="utf-8")
    commit(repository, "Nothing is left")
    final = _archguard(repository, "check", "--strict-baseline")
    assert final.returncode == 0
    assert "0 violations (0 new, 0 known)" in final.stdout
