"""Names of modules are taken apart in `archguard/model/names.py` alone; whoever splits by a dot elsewhere says why."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMES = "archguard/model/names.py"
SPLITS = re.compile(r'(?:split|partition)\("(?:\.|::)"')
OTHERS = {
    "archguard/codebase/modules/discovery.py": "a file name and its endings",
    "archguard/codebase/syntax/python_version.py": "the number of a version",
    "archguard/effects/api/template_operations.py": "a field of a format string",
    "archguard/effects/interactions/interaction.py": "a table with its schema",
    "archguard/effects/sql.py": "a table with its schema",
    "archguard/incremental/edit_analysis.py": "module names, in a replay that is to load no other package",
    "archguard/kinds/services.py": "what a configuration says",
    "archguard/kinds/structure_rules/glob.py": "what a configuration says",
    "archguard/model/serialization.py": "the path of a key in a document",
    "archguard/onboarding/agents/toml_table.py": "the key of a TOML table",
    "archguard/onboarding/files.py": "a file name and its endings",
}
"""Files that split something else by dots, and what."""


def test_names_are_split_in_one_module() -> None:
    splitting = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "archguard").rglob("*.py")
        if SPLITS.search(path.read_text(encoding="utf-8"))
    }

    assert splitting == {NAMES, *OTHERS}
