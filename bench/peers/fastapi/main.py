"""GET /foods/ of the same table that our server has made, as FastAPI's documentation has it: models of pydantic, a plain
function as the route, a connection of sqlite3 for each thread."""
import json
import os
import sqlite3
import threading
from datetime import datetime, timezone
from typing import List, Optional

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel


class SideRule(BaseModel):
    min: int
    max: int
    allowed: Optional[List[int]]


class SideRules(BaseModel):
    side_protein: SideRule
    extra_side: SideRule


class Rating(BaseModel):
    average: Optional[float]
    count: int


class Food(BaseModel):
    id: int
    name: str
    description: str
    price: int
    currency: str
    image_url: Optional[str]
    category: str
    available_quantity: Optional[int]
    is_available: bool
    tags: List[str]
    side_rules: SideRules
    rating: Rating
    version: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    result: List[Food]
    count: int
    total_count: int
    limit: int
    offset: int
    next: Optional[str]
    prev: Optional[str]


app = FastAPI()
local = threading.local()


def database() -> sqlite3.Connection:
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(f"file:{os.environ['DATABASE']}?mode=ro", uri=True)
        local.connection.row_factory = sqlite3.Row
    return local.connection


def time_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def food(row: sqlite3.Row) -> Food:
    count = row["rating_count"]
    return Food(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        price=row["price"],
        currency="NGN",
        image_url=row["image_url"],
        category=row["category"],
        available_quantity=row["available_quantity"],
        is_available=row["is_available"],
        tags=json.loads(row["tags"]),
        side_rules=json.loads(row["side_rules"]),
        rating=Rating(average=row["rating_total"] / count if count else None, count=count),
        version=row["version"],
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
    )


@app.get("/")
def ready():
    return {}


@app.get("/foods/", response_model=Page)
def foods(request: Request, limit: int = Query(10, ge=1, le=100), offset: int = Query(0, ge=0)):
    db = database()
    rows = db.execute("SELECT * FROM foods WHERE deleted_at IS NULL ORDER BY id LIMIT ? OFFSET ?", (limit, offset)).fetchall()
    total = db.execute("SELECT COUNT(*) FROM foods WHERE deleted_at IS NULL").fetchone()[0]

    def link(to: int) -> str:
        return str(request.url.include_query_params(limit=limit, offset=to))

    return Page(
        result=[food(row) for row in rows],
        count=len(rows),
        total_count=total,
        limit=limit,
        offset=offset,
        next=link(offset + limit) if offset + limit < total else None,
        prev=link(max(0, offset - limit)) if offset > 0 else None,
    )
