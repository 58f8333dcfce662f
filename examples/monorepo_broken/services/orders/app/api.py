"""`POST /orders`."""

from uuid import UUID

import httpx
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


@app.get("/orders/{order_id}/shipment")
def get_shipment(order_id: UUID) -> dict[str, str]:
    """Where an order is."""
    return httpx.get(f"http://shipping/shipments/{order_id}").json()
