"""What `archguard init` proposes for code of the usual shapes."""

import shutil
from pathlib import Path

import pytest
from project import Project

from archguard.config import Config
from archguard.kinds import Acyclic, Contract, Database, Gateway, Layers, Services
from archguard.onboarding import draft

EXAMPLES = Path(__file__).parents[2] / "examples"
_SESSION = "from sqlalchemy.orm import Session\n\ndef find(session: Session):\n    return session.execute('SELECT 1')\n"


def _proposed(project: Project) -> Config:
    """The configuration that is written, which the code keeps."""
    draft(project.root).write(project.root)
    run = project.call("check")
    assert run.returncode == 0, run.stdout + run.stderr
    return project.config()


def _layers(config: Config, id_: str = "layered") -> list[str]:
    (contract,) = (contract for contract in config.contracts if contract.id == id_)
    assert isinstance(contract, Layers)
    return list(map(str, contract.layers))


def _example(project: Project, name: str) -> None:
    shutil.copytree(EXAMPLES / name, project.root, dirs_exist_ok=True)
    (project.root / "archguard.yaml").unlink()


def test_layers_are_the_order_of_the_imports(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/cli.py": "from shop import orders, users\n",
            "shop/orders/__init__.py": "from shop import store\n",
            "shop/users/__init__.py": "from shop import store\n",
            "shop/store.py": "",
        }
    )

    config = _proposed(project)

    assert _layers(config) == ["cli", "orders | users", "store"]
    assert config.project.packages == ("shop",)


def test_what_goes_against_the_order_is_in_the_baseline(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/api.py": "from shop import db\nfrom shop.db import a\nfrom shop.db import b\n",
            "shop/db/__init__.py": "",
            "shop/db/a.py": "from shop import util\n",
            "shop/db/b.py": "import shop.util\n\ndef f():\n    import shop.api\n",
            "shop/db/c.py": "import shop.util\n\nfrom shop.util import x\n",
            "shop/util.py": "",
        }
    )

    config = _proposed(project)

    assert _layers(config) == ["api", "db", "util"]
    assert "{importer: shop.db.b, imported: shop.api}" in (project.root / "archguard-baseline.yaml").read_text()


def test_a_pack_is_used_where_it_fits(project: Project) -> None:
    _example(project, "layered_shop")

    config = _proposed(project)

    assert "extends: ['archguard:fastapi-layered']" in (project.root / "archguard.yaml").read_text()
    assert {name: str(*component.modules) for name, component in config.components.items()} == {
        "controllers": "shop.controllers",
        "services": "shop.services",
        "repositories": "shop.repositories",
        "domain": "shop.domain",
    }
    (gateway,) = (contract for contract in config.contracts if contract.id == "outbound-in-one-place")
    assert isinstance(gateway, Gateway)
    assert list(map(str, gateway.allowed_in)) == ["shop.gateways"]


def test_a_django_project_has_its_layers_and_the_order_of_its_apps(project: Project) -> None:
    _example(project, "django_app")

    config = _proposed(project)

    assert "extends: ['archguard:django-layered']" in (project.root / "archguard.yaml").read_text()
    assert _layers(config, "parts") == ["loans", "catalogue | members"]
    assert list(map(str, config.components["models"].modules)) == ["library.*.models"]
    assert list(map(str, config.project.exclude)) == ["**.migrations.0*"]


def test_a_monorepo_has_its_services_and_who_calls_whom(project: Project) -> None:
    _example(project, "monorepo")

    config = _proposed(project)

    assert {name: service.root for name, service in config.services.items()} == {
        "orders": "services/orders",
        "payments": "services/payments",
        "shipping": "services/shipping",
    }
    (contract,) = (contract for contract in config.contracts if isinstance(contract, Services))
    assert [(name, it.may_call) for name, allowed in contract.policy.items() for it in allowed] == [
        ("orders", ("payments",)),
        ("orders", ("shipping",)),
    ]
    assert "SHIPPING_URL" in config.services["shipping"].hosts


def test_queries_are_where_they_are_today(project: Project) -> None:
    project.write_all({f"shop/part{number}.py": "import shop.users.dao\n" for number in range(8)})
    project.write_all({"shop/users/dao.py": _SESSION, "shop/users/api.py": "from shop.users import dao\n"})

    config = _proposed(project)

    (contract,) = (contract for contract in config.contracts if isinstance(contract, Database))
    assert list(map(str, contract.allowed_in)) == ["shop.users.dao"]


def test_queries_that_are_everywhere_make_no_contract(project: Project) -> None:
    project.write_all({f"shop/part{number}.py": _SESSION for number in range(8)})

    config = _proposed(project)

    assert not [contract for contract in config.contracts if isinstance(contract, Database)]


def test_where_imports_tell_of_no_order_cycles_are_kept_out(project: Project) -> None:
    names = [f"part{number}" for number in range(6)]
    project.write("shop/__init__.py")
    for one in names:
        project.write(f"shop/{one}/__init__.py")
        project.write(f"shop/{one}/a.py", "from . import b, c, d, e\n")
        project.write_all({f"shop/{one}/{name}.py": f"from . import {other}\n" for name, other in ("bc", "cd", "de")})
        project.write(f"shop/{one}/e.py")

    config = _proposed(project)

    assert [type(contract) for contract in config.contracts] == [Database, Gateway, Acyclic]


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({"shop.py": "import os\n"}, [Database, Gateway]),
        ({"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": ""}, [Database, Gateway, Acyclic]),
        ({"a.py": "import b\n", "b.py": "import a\n"}, [Database, Gateway]),
    ],
    ids=["a module", "nothing imported", "two scripts in a circle"],
)
def test_of_code_that_does_little_what_it_does_not_do_is_kept_so(
    project: Project, files: dict[str, str | bytes], kinds: list[type[Contract]]
) -> None:
    project.write_all(files)

    config = _proposed(project)

    assert [type(contract) for contract in config.contracts] == kinds


def test_tests_inside_of_the_package_are_left_out(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/api.py": "from shop import db\n",
            "shop/db.py": "",
            "shop/conftest.py": "import shop.tests.test_api\n",
            "shop/tests/test_api.py": "import shop.api\n",
        }
    )

    config = _proposed(project)

    assert list(map(str, config.project.exclude)) == ["**.tests", "**.conftest"]
    assert _layers(config) == ["api", "db"]


def test_the_same_code_has_the_same_proposal(project: Project) -> None:
    _example(project, "monorepo")

    runs = {project.run("init", "--dry-run", PYTHONHASHSEED=seed).stdout for seed in ("1", "2", "3")}

    assert len(runs) == 1


def test_layers_that_stand_in_each_feature_are_named_once(project: Project) -> None:
    for name in ("orders", "users", "mails"):
        project.write(f"shop/{name}/__init__.py")
        project.write(f"shop/{name}/router.py", f"import fastapi\nfrom shop.{name} import service, models\n")
        project.write(f"shop/{name}/service.py", f"from shop.{name} import models\n")
        project.write(f"shop/{name}/models.py")
    project.write_all({"shop/__init__.py": "", "shop/users/service.py": "from shop.orders import models\n"})

    config = _proposed(project)

    assert _layers(config) == ["controllers", "services", "domain"]
    assert {name: list(map(str, component.modules)) for name, component in config.components.items()} == {
        "controllers": ["shop.*.router"],
        "services": ["shop.*.service"],
        "domain": ["shop.*.models"],
    }


def test_a_component_leaves_out_what_is_another_one(project: Project) -> None:
    for name in ("orders", "users", "mails"):
        project.write(f"shop/{name}/__init__.py")
        project.write(f"shop/{name}/router.py", f"import fastapi\nfrom shop.{name} import service\n")
        project.write(f"shop/{name}/models.py")
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/users/service/__init__.py": "from shop.users.service import models\n",
            "shop/users/service/models.py": "",
            "shop/mails/letters/__init__.py": "",
            "shop/mails/letters/models.py": "",
            "shop/orders/service.py": "from shop.orders import models\n",
            "shop/mails/service.py": "from shop.mails import models\n",
        }
    )

    config = _proposed(project)

    domain = config.components["domain"]
    assert (list(map(str, domain.modules)), list(map(str, domain.except_))) == (["shop.**.models"], ["shop.*.service"])
