"""`forbidden`: what its reference page does not show."""

from project import Project


def test_a_name_that_a_package_passes_on_is_told_beside_the_module_that_defines_it(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "from shop.orders import OrderRepository\n",
            "shop/orders.py": "class OrderRepository: ...\n",
            "shop/web.py": "from shop import OrderRepository\n",
        }
    )
    project.configure("contracts: [{id: a, kind: forbidden, modules: shop.web, must_not_import: shop.orders}]\n")

    (violation,) = project.check().violations

    assert violation.message == "shop.web must not import shop.orders (as shop.OrderRepository)"
