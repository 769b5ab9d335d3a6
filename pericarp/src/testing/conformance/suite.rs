/// Turns the laws of a store into tests, one for each law, named after it.
///
/// Takes an expression that makes the [`Subject`](crate::testing::conformance::Subject), which
/// each test evaluates anew; and, if the tests shall not run on four worker threads, the
/// arguments of `#[tokio::test]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_suite {
    ($subject:expr) => {
        $crate::__conformance_suite!($subject, flavor = "multi_thread", worker_threads = 4);
    };
    ($subject:expr, $($runtime:tt)+) => {
        $crate::__conformance_suite! {
            @tests ($subject) [$($runtime)+]
            law_01_versions_and_positions
            law_02_conflicts_are_typed
            law_03_any_never_conflicts
            law_04_empty_and_oversized_commits
            law_05_commits_are_atomic
            law_06_one_racer_wins
            law_07_stored_equals_acknowledged
            law_08_replays_give_the_first_answer
            law_09_event_ids_are_unique
            law_10_bytes_are_sacred
            law_11_invalid_input_is_refused
            law_12_dropped_appends_are_whole_or_nothing
            law_13_outages_are_typed_and_recovered_from
            law_14_streams_read_alike_in_any_pages
            law_15_filters_skip_nothing
            law_16_reads_are_prefix_consistent
            law_17_events_are_immutable
            law_18_lookups_agree_with_the_log
            law_19_open_appends_hide_nothing
            law_20_two_appends_in_one_transaction
            law_21_old_transactions_append_in_order
            law_22_rolled_back_appends_delay_nobody
            law_23_idle_transactions_delay_nobody
            law_24_readers_of_a_crowd_miss_nothing
            law_25_reopening_and_migration
            law_26_kills_lose_nothing
            law_27_close_answers_every_append
            law_28_snapshots_are_read_back_or_ignored
            law_32_waiting_readers_are_woken
            law_33_imports_keep_every_byte
        }
    };
    (@tests $subject:tt $runtime:tt $($law:ident)+) => {
        $($crate::__conformance_suite!(@test $subject $runtime $law);)+
    };
    (@test ($subject:expr) [$($runtime:tt)+] $law:ident) => {
        #[::tokio::test($($runtime)+)]
        async fn $law() {
            let subject = $subject;
            let law = $crate::testing::conformance::$law(&subject);
            $crate::testing::conformance::__hold(stringify!($law), law).await;
        }
    };
}
