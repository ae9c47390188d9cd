"""Picturing: having a picture drawn once, and shown in the windows that wait for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.flow.picture import Picture, PictureWindow, Sketch
from models.work import insert_into, put


def await_picture(
    session: Session,
    workspace_id: int,
    sketch: Sketch,
    window: tuple[str, str, str],
    at: datetime,
) -> None:
    """Have it drawn unless it is, and shown in the window: its id, its hash, and the view."""
    here = {"workspace_id": workspace_id}
    new = insert_into(session, Picture).values(
        **here, digest=sketch.digest, content=sketch.content, alt=sketch.alt, asked_at=at
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["workspace_id", "digest"]))
    same = select(Picture).where(
        Picture.workspace_id == workspace_id, Picture.digest == sketch.digest
    )
    picture = session.scalars(same.with_for_update()).one()
    if picture.problem is not None:
        picture.begin_anew(at)
        session.flush()
    view_id, hash_, view = window
    values = {"picture_id": picture.id, "hash": hash_, "view": view, "asked_at": at}
    waits = insert_into(session, PictureWindow).values(**here, view_id=view_id, **values)
    session.execute(
        waits.on_conflict_do_update(index_elements=["workspace_id", "view_id"], set_=values)
    )
    put(session, workspace_id, picture.work_key, at)


def waiting(session: Session, picture_id: int) -> Sequence[PictureWindow]:
    """The windows that wait for it, the longest first."""
    rows = select(PictureWindow).where(PictureWindow.picture_id == picture_id)
    return session.scalars(rows.order_by(PictureWindow.id)).all()


def file_begun(session: Session, picture_id: int, file_id: str | None) -> None:
    """Keep Slack's name of the file; None where it has to be another one."""
    session.get_one(Picture, picture_id).file_id = file_id


def kept(session: Session, picture_id: int, at: datetime) -> None:
    """Slack has it."""
    session.get_one(Picture, picture_id).ready_at = at


def not_to_be_had(session: Session, picture_id: int, problem: str) -> None:
    """There is none, and why, until it is next asked for: what Slack has of it is used then."""
    picture = session.get_one(Picture, picture_id)
    picture.problem, picture.ready_at = problem[:80], None


def served(session: Session, window: PictureWindow) -> None:
    """Forget a window, unless it waits once more meanwhile."""
    same = PictureWindow.id == window.id, PictureWindow.hash == window.hash
    session.execute(delete(PictureWindow).where(*same))


def go_on(session: Session, picture: Picture, at: datetime) -> None:
    """Look at it again when it is old, at once where someone waits meanwhile."""
    due_at = at if waiting(session, picture.id) else picture.old_at
    put(session, picture.workspace_id, picture.work_key, due_at)


def forget(session: Session, picture_id: int) -> None:
    session.execute(delete(PictureWindow).where(PictureWindow.picture_id == picture_id))
    session.execute(delete(Picture).where(Picture.id == picture_id))
