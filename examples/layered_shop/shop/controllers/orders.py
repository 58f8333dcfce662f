"""`/orders`."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, status

from shop.controllers.schemas import OrderIn, OrderOut
from shop.dependencies import OrderingDep
from shop.services.errors import NotInStockError, UnknownOrderError

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=status.HTTP_201_CREATED)
def place_order(body: OrderIn, ordering: OrderingDep) -> OrderOut:
    """Order what is in the basket, and pay for it."""
    try:
        order = ordering.place(body.customer_id, body.quantities())
    except NotInStockError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, detail=str(error)) from error
    return OrderOut.of(order)


@router.get("/{order_id}")
def get_order(order_id: UUID, ordering: OrderingDep) -> OrderOut:
    """One order."""
    try:
        return OrderOut.of(ordering.find(order_id))
    except UnknownOrderError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND) from error
