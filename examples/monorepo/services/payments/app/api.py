"""`PUT /charges/{order_id}`."""

from uuid import UUID

from fastapi import FastAPI, Header
from pydantic import BaseModel

from app.services import charge

app = FastAPI(title="Payments")


class ChargeIn(BaseModel):
    """How much, and whom."""

    customer_id: UUID
    amount: int


@app.put("/charges/{order_id}")
def put_charge(order_id: UUID, body: ChargeIn, x_signature: str = Header()) -> dict[str, bool]:
    """Charge once for an order."""
    return {"paid": charge(order_id, body.customer_id, body.amount, x_signature)}
