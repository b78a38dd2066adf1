// SPDX-License-Identifier: Apache-2.0
/* What pings say, without a network and without time. */
#include "agent/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define N_PEERS	   3
#define ROUNDS_MAX 16

/*
 * For each of the peers, round by round: '+' it answers, '-' it does not, 'k' it does not and its
 * key is gone, 'l' only an old ping is answered. After the round: '?' unknown, 'y' yes, 's' silent,
 * 'n' no.
 */
static const struct {
	const char *what, *says[N_PEERS], *is[N_PEERS];
} cases[] = {
	{"answers", {"+++++", "+++++", "+++++"}, {"yyyyy", "yyyyy", "yyyyy"}},
	{"three missed in a row",
	 {"+--+---+", "++++++++", "++++++++"},
	 {"yyyyyynn", "yyyyyyyy", "yyyyyyyy"}},
	{"two answers in a row bring it back",
	 {"+---+-++", "++++++++", "++++++++"},
	 {"yyynnnny", "yyyyyyyy", "yyyyyyyy"}},
	{"a node that is cut off declares nobody",
	 {"++------++", "++------++", "++------++"},
	 {"yyyysssssy", "yyyysssssy", "yyyysssssy"}},
	{"nor does one that reaches nobody from the beginning",
	 {"----++", "----++", "----++"},
	 {"??sssy", "??sssy", "??sssy"}},
	{"one dies, then the observer is cut off: that one stays what it was",
	 {"+--------", "+++++----", "+++++----"},
	 {"yyynnnnnn", "yyyyyyyss", "yyyyyyyss"}},
	{"one that never answered counts as there, as long as its daemon is",
	 {"-----", "+++++", "+++++"},
	 {"??sss", "yyyyy", "yyyyy"}},
	{"and not, if there is no daemon either",
	 {"---kk", "+++++", "+++++"},
	 {"??snn", "yyyyy", "yyyyy"}},
	{"all others are gone, and the store says so",
	 {"+---kk-++", "+---kk-++", "+---kk-++"},
	 {"yyysnnnny", "yyysnnnny", "yyysnnnny"}},
	{"a daemon that dies alone changes nothing",
	 {"+++k++kk+", "+++++++++", "+++++++++"},
	 {"yyyyyyyyy", "yyyyyyyyy", "yyyyyyyyy"}},
	{"late answers are answers",
	 {"+llllll", "+++++++", "+++++++"},
	 {"yyyyyyy", "yyyyyyy", "yyyyyyy"}},
	{"late answers do not say that the network works now",
	 {"+-----", "+lllll", "+lllll"},
	 {"yyysss", "yyyyyy", "yyyyyy"}},
	{"two die, the third one answers", {"+---", "+---", "++++"}, {"yyyn", "yyyn", "yyyy"}},
};

static void play(struct wf_peer peers[N_PEERS], int i, char said, int64_t now_ms)
{
	uint16_t seq = wf_peers_ask(peers, N_PEERS, (size_t)i, now_ms);
	struct wf_peer *p = &peers[i];

	wf_peers_judge(peers, N_PEERS);
	p->is_keyless = said == 'k';
	if (said == '+')
		wf_peer_hear(p, seq);
	if (said == 'l')
		wf_peer_hear(p, seq - 1);
}

/* Its round is over when it is asked again: for that all are asked once more, in a copy. */
static enum wf_reach after(const struct wf_peer peers[N_PEERS], int i, int64_t now_ms)
{
	struct wf_peer copy[N_PEERS];

	memcpy(copy, peers, sizeof(copy));
	for (int k = 0; k < N_PEERS; k++)
		wf_peers_ask(copy, N_PEERS, (size_t)k, now_ms + k);
	wf_peers_judge(copy, N_PEERS);
	return copy[i].reach;
}

static void what_is_reached_follows_from_answers(void **state)
{
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		struct wf_peer peers[N_PEERS] = {0};

		for (int round = 0; cases[c].says[0][round]; round++) {
			int64_t now_ms = (round + 1) * WF_PING_MS;

			for (int i = 0; i < N_PEERS; i++)
				play(peers, i, cases[c].says[i][round], now_ms + i);
			for (int i = 0; i < N_PEERS; i++) {
				char is = "?ysn"[after(peers, i, now_ms + WF_PING_MS)];

				if (is != cases[c].is[i][round])
					fail_msg("%s: peer %d is '%c' after round %d",
						 cases[c].what, i, is, round);
			}
		}
	}
}

static void very_late_and_foreign_answers_do_not_count(void **state)
{
	static const uint16_t numbers[] = {0, 1, 2, 6, 0x8000, 0xffff};
	struct wf_peer p = {0};

	wf_peer_hear(&p, 0);
	assert_false(p.has_answered);
	for (int i = 0; i < 5; i++)
		wf_peers_ask(&p, 1, 0, i);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		wf_peer_hear(&p, numbers[i]);
	assert_false(p.has_answered);
	wf_peer_hear(&p, 3);
	assert_true(p.has_answered && p.is_heard);
}

static void numbers_go_on_behind_the_last(void **state)
{
	struct wf_peer p = {.seq = UINT16_MAX - 1, .is_asked = true};

	assert_int_equal(wf_peers_ask(&p, 1, 0, 1), UINT16_MAX);
	assert_int_equal(wf_peers_ask(&p, 1, 0, 2), 0);
	wf_peer_hear(&p, UINT16_MAX);
	assert_true(p.is_heard);
}

static void a_verdict_that_changes_is_told_once(void **state)
{
	struct wf_peer peers[2] = {{.node = 1}, {.node = 2}};
	int n_told = 0;

	for (int round = 0; round < 10; round++)
		for (int i = 0; i < 2; i++) {
			uint16_t seq = wf_peers_ask(peers, 2, (size_t)i, round);

			if (i || !round)
				wf_peer_hear(&peers[i], seq);
			n_told += wf_peers_judge(peers, 2);
		}
	assert_int_equal(peers[0].reach, WF_REACH_NO);
	assert_int_equal(n_told, 3); /* both are there, then one is not */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reached_follows_from_answers),
		cmocka_unit_test(very_late_and_foreign_answers_do_not_count),
		cmocka_unit_test(numbers_go_on_behind_the_last),
		cmocka_unit_test(a_verdict_that_changes_is_told_once),
	};

	return cmocka_run_group_tests_name("agent/peer", tests, NULL, NULL);
}
