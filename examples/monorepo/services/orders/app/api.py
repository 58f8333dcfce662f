"""`POST /orders`."""

from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from app.services import place

app = FastAPI(title="Orders")


class OrderIn(BaseModel):
    """What a customer wants to have."""

    customer_id: UUID
    amount: int


@app.post("/orders")
def post_order(body: OrderIn) -> dict[str, str]:
    """Take an order."""
    return {"id": str(place(body.customer_id, body.amount))}
