"""`/orders`."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, status
from sqlalchemy import text

from shop.controllers.schemas import OrderIn, OrderOut
from shop.dependencies import OrderingDep, SessionDep
from shop.services.errors import NotInStockError

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=status.HTTP_201_CREATED)
def place_order(body: OrderIn, ordering: OrderingDep) -> OrderOut:
    """Order what is in the basket, and pay for it."""
    try:
        order = ordering.place(body.customer_id, body.quantities())
    except NotInStockError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, detail=str(error)) from error
    return OrderOut.of(order)


@router.get("/report")
def report(session: SessionDep, customer_id: UUID) -> dict[str, int]:
    """How much a customer has ordered of each product."""
    rows = session.execute(
        text(
            "SELECT sku, sum(quantity) FROM order_lines JOIN orders ON id = order_id WHERE customer_id = :c GROUP BY sku"
        ),
        {"c": customer_id},
    )
    return {sku: quantity for sku, quantity in rows}


@router.get("/{order_id}")
def get_order(order_id: UUID, ordering: OrderingDep) -> OrderOut:
    """One order."""
    return OrderOut.of(ordering.find(order_id))
