//! The promises of the store, and the macro that makes each a test on a database.

pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod copies;
pub(crate) mod faults;
pub(crate) mod identity;
pub(crate) mod live;
pub(crate) mod minutes;
pub(crate) mod models;
pub(crate) mod opening;
pub(crate) mod quotas;
pub(crate) mod rollouts;
pub(crate) mod services;
pub(crate) mod tags;
pub(crate) mod upkeep;

/// Makes the whole contract a module of tests on one database.
macro_rules! store_contract {
    ($database:ident) => {
        mod $database {
            $crate::contract::promises! { $database:
                identity: the_first_start_makes_an_administrator_who_can_sign_in,
                identity: a_password_is_verified_and_nothing_else_is,
                identity: an_unknown_user_takes_as_long_as_a_wrong_password,
                identity: a_user_is_found_by_either_name,
                identity: what_ends_tokens_raises_the_epoch,
                identity: names_of_users_and_projects_are_unique,
                identity: a_user_has_two_access_keys_at_most,
                identity: users_are_listed_by_filter_and_page,
                identity: a_role_in_a_project_that_is_not_there_is_refused,
                apps: an_app_is_made_with_given_or_random_credentials,
                apps: apps_of_another_project_are_not_there,
                apps: apps_are_listed_by_filter_and_page,
                apps: credentials_that_change_hands_are_found_where_they_are,
                apps: an_app_has_five_codes_at_most,
                apps: a_deleted_app_takes_everything_with_it,
                models: a_model_goes_from_publishing_to_published_or_failed_once,
                models: models_are_listed_by_name_version_and_state,
                models: a_model_in_use_is_not_deleted,
                services: a_service_needs_published_models,
                services: a_change_of_versions_raises_the_generation_and_is_kept_in_the_history,
                rollouts: an_update_that_failed_is_taken_back_once,
                rollouts: what_came_through_last_is_wanted_again_after_failures_in_a_row,
                rollouts: what_came_through_last_is_live_while_an_update_goes_on,
                rollouts: what_is_stopped_has_nothing_that_serves_meanwhile,
                rollouts: a_start_that_comes_through_ends_the_update_before_it,
                rollouts: a_stop_interrupts_an_update_and_nothing_of_before_is_told_of_it,
                rollouts: two_nodes_that_see_different_ends_keep_the_first,
                rollouts: an_update_whose_former_models_are_gone_is_not_taken_back,
                services: services_are_listed_by_filter_and_order,
                services: the_first_authorisation_opens_a_service_to_apps,
                services: a_deleted_service_takes_everything_with_it,
                services: services_are_deleted_together_or_not_at_all,
                quotas: a_quota_holds_for_those_that_come_at_once,
                quotas: what_there_is_stays_when_a_quota_is_lowered,
                quotas: instances_count_where_they_are_wanted,
                quotas: packages_count_once_and_a_full_project_publishes_no_more,
                quotas: quotas_of_a_project_and_of_a_domain_are_apart,
                services: events_are_written_in_the_background,
                tags: tags_are_added_replaced_and_taken_away,
                tags: services_are_found_by_their_tags_and_take_them_with_them,
                audit: audit_records_are_found_in_their_project_and_their_domain,
                audit: audit_records_are_listed_by_filter_and_page,
                audit: the_audit_trail_is_written_in_the_background,
                audit: strangers_take_half_of_the_room_for_waiting_records,
                audit: the_audit_trail_ends_by_its_age_and_strangers_by_their_number,
                audit: audit_records_that_cannot_be_written_are_counted_and_hold_up_no_end,
                minutes: counts_of_a_minute_add_up_whoever_wrote_before,
                minutes: of_many_rows_the_newest_are_looked_at,
                minutes: what_instances_took_is_kept_with_the_counts_and_joined,
                minutes: minutes_are_joined_to_quarters_and_end_by_their_age,
                live: what_was_written_is_live_when_it_settles,
                live: the_fed_state_is_the_loaded_state,
                live: revisions_of_concurrent_writers_have_no_holes,
                live: a_write_that_fails_changes_nothing,
                live: a_node_too_far_behind_loads_everything,
                live: many_entities_are_loaded_and_fed_whole,
                live: another_node_sees_the_change,
                live: callers_that_go_away_do_no_harm,
                live: a_call_ends_at_its_deadline_and_the_store_goes_on,
                opening: everything_is_there_after_reopening,
                opening: a_wrong_master_key_is_refused,
                opening: two_nodes_that_start_at_once_make_one_administrator,
                opening: a_newer_database_is_refused,
                opening: a_damaged_secret_is_named_and_the_rest_works,
                opening: no_secret_is_stored_in_the_clear,
                opening: a_first_start_that_was_cut_off_goes_on,
                copies: a_copy_taken_while_others_write_opens_elsewhere,
                copies: a_copy_goes_with_its_own_key_only,
                copies: a_changed_master_key_opens_everything_and_the_old_one_nothing,
                copies: a_change_of_the_master_key_that_is_cut_off_anywhere_leaves_what_opens,
                copies: a_damaged_secret_stops_the_change_of_the_master_key,
                upkeep: a_token_key_is_made_daily_and_retired_after_its_tokens,
                upkeep: a_revocation_lasts_as_long_as_the_keys_of_its_time,
                upkeep: clocks_that_jump_end_no_revocation_and_no_key,
                upkeep: a_clock_that_jumps_ahead_forgets_no_events,
                upkeep: events_end_after_a_month,
                upkeep: the_change_table_keeps_the_newest_revisions,
                faults: a_fault_at_any_point_loses_nothing_and_breaks_nothing,
                faults: a_lost_connection_at_any_point_loses_nothing_and_breaks_nothing,
                faults: writes_that_fail_are_noticed_and_so_is_their_return,
                faults: events_that_cannot_be_written_hold_up_no_end,
                faults: a_revocation_asks_again_on_a_full_disk,
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn what_was_acknowledged_survives_kill_9() {
                $crate::crash::kill_many_times($crate::bench::Place::$database().await).await;
            }
        }
    };
}

macro_rules! promises {
    ($database:ident: $($about:ident: $promise:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                $crate::contract::$about::$promise($crate::bench::Place::$database().await).await;
            }
        )*
    };
}

pub(crate) use {promises, store_contract};
