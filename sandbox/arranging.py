"""Who and what there is in a workspace, and what changes about it while an app looks on."""

from datetime import timedelta
from typing import Any

from sandbox import changes
from sandbox.acting import Acting
from sandbox.nouns import Channel, User, UserGroup
from sandbox.state import Workspace

Names = list[str] | tuple[str, ...]


class Arranged:
    """The side of a Sandbox on which a test sets up a workspace and changes it.

    The app is told of changes as its manifest asks, but not of what is set up.
    """

    workspace: Workspace
    acting: Acting

    # people

    def add_user(
        self,
        name: str,
        real_name: str | None = None,
        tz: str = "UTC",
        *,
        admin: bool = False,
        team_id: str | None = None,
        guest: bool = False,
        deleted: bool = False,
    ) -> User:
        """Add a member, a guest, or with another `team_id` somebody met through Slack Connect.

        Of a deleted member only the memory is left.
        """
        traits = {"admin": admin, "guest": guest, "deleted": deleted}
        return self.workspace.add_user(
            name, real_name or name.title(), tz, team_id=team_id, **traits
        )

    def deactivate(self, name: str) -> None:
        """Delete a member, who leaves every channel."""
        user = self.workspace.user_named(name)
        self.workspace.deactivate(user)
        self.acting.tell("user_change", changes.user_changed(self.workspace, user))

    def suggest(self, *hints: str) -> None:
        """Say beside the page what whoever opens it could try, a sentence each."""
        self.workspace.hints = list(hints)
        self.workspace.changed("state")

    # user groups

    def add_user_group(
        self, handle: str, members: Names = (), *, disabled: bool = False
    ) -> UserGroup:
        return self.workspace.add_user_group(handle, self._ids(members), disabled=disabled)

    def change_user_group(
        self, handle: str, members: Names | None = None, *, new_handle: str | None = None
    ) -> None:
        """Give a group other people, another handle, or both."""
        workspace = self.workspace
        group = workspace.user_group_named(handle)
        before, updated_before = list(group.users), group.updated_at
        users = before if members is None else self._ids(members)
        self._update(group, users=users, handle=new_handle or handle)
        if set(before) != set(users):
            event = changes.members_changed(workspace, group, before, updated_before)
            self.acting.tell("subteam_members_changed", event)
        self.acting.tell("subteam_updated", changes.group_updated(workspace, group))

    def disable_user_group(self, handle: str) -> None:
        """Switch a group off: it keeps its people, but lists leave it out."""
        self._switch(handle, on=False)

    def enable_user_group(self, handle: str) -> None:
        self._switch(handle, on=True)

    def delete_user_group(self, handle: str) -> None:
        """Take a group out of the workspace for good."""
        group = self.workspace.user_group_named(handle)
        del self.workspace.user_groups[group.id]
        self._update(group, disabled_at=self.workspace.clock.now())
        self.acting.tell("subteam_updated", changes.group_updated(self.workspace, group))

    def _switch(self, handle: str, *, on: bool) -> None:
        group = self.workspace.user_group_named(handle)
        at = None if on else self.workspace.clock.now()
        self._update(group, disabled_at=at)
        self.acting.tell("subteam_updated", changes.group_updated(self.workspace, group))

    def _update(self, group: UserGroup, **now: Any) -> None:
        with self.workspace.lock:
            for name, value in now.items():
                setattr(group, name, value)
            group.updated_at = self.workspace.clock.now()
        self.workspace.changed("state")

    def _ids(self, names: Names) -> list[str]:
        return [self.workspace.user_named(name).id for name in names]

    # channels

    def add_channel(
        self,
        name: str,
        members: Names = (),
        *,
        private: bool = False,
        bot_is_member: bool = True,
    ) -> Channel:
        users = [self.workspace.user_named(member) for member in members]
        ids = {user.id for user in users if not user.deleted}
        if bot_is_member:
            ids.add(self.workspace.bot.id)
        return self.workspace.add_channel(name, ids, private=private)

    def archive_channel(self, name: str, by: str | None = None) -> None:
        """Archive a channel: it can be read, but nobody writes there."""
        channel = self.workspace.channel_named(name)
        channel.archived = True
        self._tell_of(channel, "archive", by)

    def unarchive_channel(self, name: str, by: str | None = None) -> None:
        """Open an archived channel again."""
        channel = self.workspace.channel_named(name)
        channel.archived = False
        self._tell_of(channel, "unarchive", by)

    def delete_channel(self, name: str, by: str | None = None) -> None:
        channel = self.workspace.channel_named(name)
        with self.workspace.lock:
            del self.workspace.channels[channel.id]
        self._tell_of(channel, "deleted", by)

    def _tell_of(self, channel: Channel, what: str, by: str | None) -> None:
        """Tell the app of a change of a channel; of a private one only where it is a member."""
        workspace = self.workspace
        workspace.changed("state")
        if channel.private and workspace.bot.id not in channel.members:
            return
        people = [user for user in workspace.users.values() if not user.bot]
        actor = workspace.user_named(by) if by else (people or [workspace.bot])[0]
        event = changes.channel_changed(workspace, channel, what, actor)
        self.acting.tell(event["type"], event)

    # files

    @property
    def files_take_s(self) -> float:
        """How long Slack looks through an uploaded file, by its clock; 0 for not at all."""
        return self.workspace.files_take.total_seconds()

    @files_take_s.setter
    def files_take_s(self, seconds: float) -> None:
        self.workspace.files_take = timedelta(seconds=seconds)
