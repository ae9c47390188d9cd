"""Every rule of this Slack is held by a test, which is named here."""

import ast
from pathlib import Path

from sandbox.rules import RULES

HERE = Path(__file__).parent
HELD_BY = {
    "test_acting": {
        "command.declared": "undeclared_commands_are_unknown_to_the_workspace",
        "command.escape": "mentions_arrive_as_ids_where_the_manifest_asks_for_it",
        "command.escape_group": "mentions_arrive_as_ids_where_the_manifest_asks_for_it",
        "command.failed": "an_app_that_is_not_there_fails_visibly",
        "interactivity.declared": "without_interactivity_no_button_works",
        "ack.three_seconds": "an_app_that_acks_late_times_out",
    },
    "test_attaching": {
        "file.field": "what_a_field_does_not_take_is_said_there_and_typing_stays",
        "file.field_scope": "a_field_for_files_needs_an_app_that_may_read_them",
        "file.given": "attached_files_reach_the_app_which_reads_them_from_then_on",
    },
    "test_changes": {
        "event.scope": "an_event_without_its_scope_is_found_and_not_told",
        "event.group": "a_groups_new_people_are_told_as_a_difference_and_as_a_whole",
        "event.disabled": "a_group_that_is_renamed_switched_off_and_on_is_told_as_a_whole",
        "event.user": "who_is_deactivated_is_told_as_deleted",
        "event.channel": "a_channel_that_is_archived_restored_and_deleted_is_told",
        "group.deleted": "a_deleted_group_is_told_and_unknown_from_then_on",
    },
    "test_connections": {
        "socket.warning": "a_refresh_is_warned_of_ten_seconds_ahead",
        "socket.left_open": "an_old_connection_may_stay_open_but_gets_nothing_more",
        "socket.disabled": "socket_mode_switched_off_gives_no_connections",
        "socket.ghosts": "ghosts_are_counted_and_swallow_envelopes",
    },
    "test_delivery": {
        "ack.status": "an_answer_that_is_not_200_is_a_visible_failure",
        "retry.events": "an_event_is_sent_again_at_once_after_one_minute_and_after_five",
        "retry.no_retry": "an_app_may_ask_for_no_retry",
        "retry.never": "commands_are_never_sent_again",
        "retry.envelope": "an_envelope_that_is_sent_again_says_so",
        "signature.moment": "http_requests_are_signed_at_the_moment_of_the_clock",
        "socket.ten": "ten_connections_are_greeted_and_the_eleventh_is_sent_away",
        "socket.ticket": "a_connection_address_opens_one_connection",
    },
    "test_faults": {"token.worn": "a_worn_out_token_is_refused_by_its_name"},
    "test_file_access": {
        "file.private": "members_read_what_is_shared_with_them_and_nothing_else",
        "file.shown": "members_read_what_is_shared_with_them_and_nothing_else",
        "file.image": "an_image_of_a_file_needs_a_picture_the_app_may_read",
        "file.early": "an_image_of_a_file_needs_one_that_is_looked_through",
        "file.token": "a_file_is_downloaded_with_the_apps_token",
        "file.sign_in": "without_the_apps_token_a_download_is_the_page_to_sign_in",
    },
    "test_files": {
        "file.length": "an_upload_needs_a_length_that_is_true",
        "file.alt_length": "an_upload_needs_a_length_that_is_true",
        "file.other_length": "an_upload_needs_a_length_that_is_true",
        "file.bytes": "bytes_come_as_they_are_or_in_a_form",
        "file.once": "an_upload_is_completed_once",
        "file.twice": "an_upload_is_completed_once",
        "file.scopes": "uploading_and_asking_need_their_scopes",
        "file.comment": "blocks_above_a_file_are_weaker_than_its_comment_and_never_markdown",
        "file.markdown": "blocks_above_a_file_are_weaker_than_its_comment_and_never_markdown",
        "file.channels": "several_channels_and_a_person_are_named_in_channels",
        "file.old_upload": "the_old_way_to_upload_is_closed",
        "file.later": "a_file_is_looked_through_before_its_type_is_known_and_it_appears",
        "file.size": "a_file_is_looked_through_before_its_type_is_known_and_it_appears",
        "file.direct": "a_file_for_one_person_goes_to_their_opened_direct_messages",
        "file.member": "the_right_to_post_anywhere_does_not_share_files",
        "file.archived": "files_go_only_where_the_bot_is",
        "file.thread": "files_go_only_where_the_bot_is",
        "file.alt_text": "words_for_a_picture_keep_any_other_file_from_appearing",
    },
    "test_messages": {
        "limits.tiers": "each_method_has_its_tier_once_limits_are_on",
        "limits.workspace": "a_workspace_takes_several_hundred_posts_a_minute",
        "message.length": "a_very_long_text_is_cut_and_found",
        "message.tab": "an_app_without_a_messages_tab_writes_to_nobody",
        "delete.own": "only_own_messages_are_deleted",
        "schedule.ahead": "a_message_is_scheduled_for_the_next_120_days",
        "schedule.many": "thirty_messages_are_scheduled_per_five_minutes_and_channel",
        "schedule.metadata": "a_scheduled_message_with_metadata_never_comes",
        "schedule.back": "a_scheduled_message_is_taken_back_until_a_minute_before",
    },
    "test_people": {
        "scope.known": "a_scope_that_slack_does_not_know_is_found",
        "message.read_only": "a_messages_tab_that_is_read_only_takes_no_words",
        "guest.restricted": "a_guest_is_restricted_and_sees_own_channels_only",
        "deleted.little": "who_is_deleted_is_described_with_little",
        "deleted.home": "who_is_deleted_gets_nothing",
        "deleted.message": "who_is_deleted_gets_nothing",
        "deleted.open": "who_is_deleted_gets_nothing",
        "stranger.team": "a_strangers_click_carries_their_workspace",
        "stranger.form": "a_strangers_form_names_the_workspace_where_the_app_is_installed",
        "stranger.command": "strangers_have_no_command_and_no_home_of_the_app",
        "user.list": "all_members_are_told_page_by_page_with_bots_and_who_left",
        "group.plan": "a_free_plan_has_no_groups",
        "group.unknown": "a_group_lists_its_people_and_a_disabled_one_only_when_asked",
        "group.disabled": "a_group_lists_its_people_and_a_disabled_one_only_when_asked",
    },
    "test_views": {
        "trigger.once": "a_trigger_serves_once_and_three_seconds",
        "trigger.names": "a_stale_trigger_is_refused_by_either_family_of_names",
        "view.stack": "three_views_fit_on_a_stack",
        "view.size": "a_view_of_more_than_250_kb_is_too_large",
        "view.hash": "a_stale_hash_and_a_closed_form_are_refused",
        "view.external_id": "an_external_id_names_one_open_view",
        "view.closed": "closing_is_told_only_when_asked_for",
        "view.ack": "an_ack_that_says_something_else_does_not_close_the_form",
        "view.errors": "errors_at_no_field_are_trouble_and_a_finding",
        "home.enabled": "a_home_needs_a_tab_to_stand_on",
    },
    "test_web_api": {
        "token.kind": "a_call_needs_a_token_that_fits",
        "scope.needed": "scopes_are_those_of_the_manifest",
        "method.known": "unknown_methods_are_refused",
        "argument.needed": "missing_arguments_are_named",
        "argument.unknown": "unknown_arguments_are_ignored_as_slack_does_and_found",
        "limits.posts": "posting_is_paced_per_channel_once_that_is_switched_on",
        "message.member": "the_bot_posts_only_where_it_is",
        "update.own": "only_own_lasting_short_messages_are_updated",
        "update.blocks": "an_update_without_blocks_drops_them_and_keeps_the_metadata",
        "update.length": "only_own_lasting_short_messages_are_updated",
        "ephemeral.member": "ephemeral_messages_are_seen_by_one_member_only",
        "ephemeral.gone": "only_own_lasting_short_messages_are_updated",
        "response_url.five": "a_response_url_serves_five_answers",
        "response_url.half_hour": "a_response_url_serves_half_an_hour",
        "response_url.json": "a_response_url_takes_known_arguments_in_json",
    },
}


def functions_in(module):
    tree = ast.parse((HERE / f"{module}.py").read_text())
    return {part.name for part in tree.body if isinstance(part, ast.FunctionDef)}


def test_every_rule_names_its_source_and_how_sure_it_is():
    for rule in RULES.values():
        assert rule.sentence
        assert rule.source
        assert rule.status in {"documented", "observed", "guessed"}


def test_every_rule_is_held_by_a_test():
    held = [rule for rules in HELD_BY.values() for rule in rules]
    assert sorted(held) == sorted(RULES)


def test_every_test_that_holds_a_rule_exists():
    for module, rules in HELD_BY.items():
        missing = {f"test_{name}" for name in rules.values()} - functions_in(module)
        assert missing == set(), module
