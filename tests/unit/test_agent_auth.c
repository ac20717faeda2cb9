/* SPDX-License-Identifier: MIT */

/* Who may ask, and what guesses may cost: how many passwords wait, and the pause after a wrong one. The
 * clock, bcrypt and the connections are the test's own, so that a password costs what a row says. */

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include <crypt.h>
#include <gnutls/crypto.h>

#include "agent/web/web.h"
#include "tests/unit/fake_event.h"
#include "tests/unit/left_behind.h"

enum { START = 1000000000, COMPUTED_MAX = 256, REMEMBERED = 32, PAUSE_MAX = 2000000 };

/* Bcrypt's, libmicrohttpd's and the C library's place */

struct MHD_Connection {
	const char *name, *password; /* that its request has */
	unsigned suspended, resumed;
};

static struct {
	int64_t cost;       /* µs of processor time of each password */
	const char *answer; /* of crypt_r() instead of the hash; "" for none at all */
	size_t count;
	char hash[COMPUTED_MAX][32], password[COMPUTED_MAX][32];
	bool signals_blocked;
	size_t stack;
} computed;

static struct {
	bool no_thread, no_event, no_random, no_hmac;
} broken;

char *crypt_in_place(const char *password, const char *hash, struct crypt_data *data) __asm__("crypt_r");
int clock_in_place(clockid_t id, struct timespec *ret) __asm__("clock_gettime");
int stack_in_place(pthread_attr_t *attributes, size_t size) __asm__("pthread_attr_setstacksize");
int eventfd_in_place(unsigned count, int flags) __asm__("eventfd");
int random_in_place(gnutls_rnd_level_t level, void *bytes, size_t size) __asm__("gnutls_rnd");
int hmac_in_place(gnutls_hmac_hd_t *hmac, gnutls_mac_algorithm_t algorithm, const void *key,
		  size_t size) __asm__("gnutls_hmac_init");

static void *next_of(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	assert_non_null(symbol);
	return symbol;
}

/* The hash of "x" is "hash of x". */
char *crypt_in_place(const char *password, const char *hash, struct crypt_data *data)
{
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	computed.signals_blocked = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGHUP) == 1;
	snprintf(computed.hash[computed.count], 32, "%.31s", hash);
	snprintf(computed.password[computed.count++], 32, "%.31s", password);
	if (computed.answer && !*computed.answer)
		return NULL;
	if (computed.answer)
		snprintf(data->output, sizeof(data->output), "%s", computed.answer);
	else
		snprintf(data->output, sizeof(data->output), "hash of %s", password);
	return data->output;
}

int clock_in_place(clockid_t id, struct timespec *ret)
{
	if (id != CLOCK_THREAD_CPUTIME_ID)
		return (int)syscall(SYS_clock_gettime, id, ret);
	*ret = (struct timespec){.tv_sec = computed.cost / 1000000,
				 .tv_nsec = computed.cost % 1000000 * 1000};
	return 0;
}

int stack_in_place(pthread_attr_t *attributes, size_t size)
{
	int (*real)(pthread_attr_t * attributes, size_t size);

	computed.stack = size;
	if (broken.no_thread)
		return EAGAIN;
	*(void **)&real = next_of("pthread_attr_setstacksize");
	return real(attributes, size);
}

int eventfd_in_place(unsigned count, int flags)
{
	errno = EMFILE;
	return broken.no_event ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

int random_in_place(gnutls_rnd_level_t level, void *bytes, size_t size)
{
	int (*real)(gnutls_rnd_level_t level, void *bytes, size_t size);

	assert_int_equal(level, GNUTLS_RND_KEY);
	*(void **)&real = next_of("gnutls_rnd");
	return broken.no_random ? GNUTLS_E_RANDOM_FAILED : real(level, bytes, size);
}

int hmac_in_place(gnutls_hmac_hd_t *hmac, gnutls_mac_algorithm_t algorithm, const void *key, size_t size)
{
	int (*real)(gnutls_hmac_hd_t * hmac, gnutls_mac_algorithm_t algorithm, const void *key, size_t size);

	*(void **)&real = next_of("gnutls_hmac_init");
	return broken.no_hmac ? GNUTLS_E_MEMORY_ERROR : real(hmac, algorithm, key, size);
}

char *MHD_basic_auth_get_username_password(struct MHD_Connection *connection, char **password)
{
	*password = connection->password ? strdup(connection->password) : NULL;
	return connection->name ? strdup(connection->name) : NULL;
}

void MHD_free(void *pointer)
{
	free(pointer);
}

void MHD_suspend_connection(struct MHD_Connection *connection)
{
	connection->suspended++;
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
	connection->resumed++;
}

/* Asking */

static const struct vwd_web_pair users[] = {
	{"alice", "hash of right"}, {"bob", "hash of other"}, {"carol", "hash of third"}};

static const struct vwd_web_config three_users = {.user_count = 3, .user = users};

struct client {
	struct MHD_Connection connection;
	struct vwd_attempt *attempt;
};

static struct {
	sd_event event;
	struct vwd_auth *auth;
	unsigned turns;
} server;

static void take_turn(void *context)
{
	assert_ptr_equal(context, &server);
	server.turns++;
}

/* From 10.0.0.@network. */
static enum vwd_auth_answer ask_of(struct client *client, const struct vwd_web_config *config,
				   unsigned network, const char *name, const char *password)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000000 + network)};

	*client = (struct client){.connection = {.name = name, .password = password}};
	return vwd_auth_check(server.auth, config, &client->connection, (const struct sockaddr *)&address,
			      &client->attempt);
}

static enum vwd_auth_answer ask(struct client *client, unsigned network, const char *name,
				const char *password)
{
	return ask_of(client, &three_users, network, name, password);
}

/* What it is told when it is asked again. */
static enum vwd_auth_answer again(struct client *client)
{
	return vwd_auth_check(server.auth, &three_users, &client->connection, NULL, &client->attempt);
}

/* Is the password that is being computed known within @milliseconds? Takes the loop's turn then. */
static bool is_computed(int milliseconds)
{
	struct pollfd done = {.events = POLLIN};

	for (size_t i = 0; i < FAKE_SOURCES; i++)
		if (fake_source[i].event && fake_source[i].on_io)
			done.fd = fake_source[i].fd;
	if (poll(&done, 1, milliseconds) != 1)
		return false;
	fake_readable(done.fd);
	return true;
}

/* A pause ends, and the next password becomes known. */
static void compute_one(void)
{
	fake_pass(&server.event, server.event.now + PAUSE_MAX);
	assert_true(is_computed(20000));
}

static void forget(struct client *client)
{
	vwd_auth_forget(client->attempt);
	client->attempt = NULL;
}

/* A password of one network, at that cost, to its end. */
static enum vwd_auth_answer spend(unsigned network, const char *name, const char *password, int64_t cost)
{
	enum vwd_auth_answer answer;
	struct client client;

	computed.cost = cost;
	answer = ask(&client, network, name, password);
	if (answer == VW_AUTH_LATER) {
		compute_one();
		answer = again(&client);
		assert_int_equal(client.connection.suspended, 1);
		assert_int_equal(client.connection.resumed, 1);
	}
	forget(&client);
	return answer;
}

static int setup(void **state)
{
	(void)state;
	memset(&computed, 0, sizeof(computed));
	memset(&broken, 0, sizeof(broken));
	server.event = (sd_event){.now = START, .references = 1};
	server.turns = 0;
	return vwd_auth_new(&server.event, take_turn, &server, &server.auth);
}

static int teardown(void **state)
{
	(void)state;
	vwd_auth_cancel(server.auth);
	vwd_auth_free(server.auth);
	fake_end(&server.event, 1);
	return 0;
}

/* Who may */

static void without_users_everybody_may(void **state)
{
	static const struct vwd_web_config none = {.tls = false};
	struct client client;

	(void)state;
	assert_int_equal(ask_of(&client, NULL, 1, NULL, NULL), VW_AUTH_YES);
	assert_int_equal(ask_of(&client, &none, 1, NULL, NULL), VW_AUTH_YES);
	assert_int_equal(ask_of(&client, &none, 1, "nobody", "x"), VW_AUTH_YES);
	for (size_t count = 1; count <= 3; count++) {
		const struct vwd_web_config some = {.user_count = count, .user = users};

		assert_int_equal(ask_of(&client, &some, 1, NULL, NULL), VW_AUTH_NO);
		assert_int_equal(ask_of(&client, &some, 1, "alice", NULL), VW_AUTH_NO);
		assert_int_equal(ask_of(&client, &some, 1, NULL, "right"), VW_AUTH_NO);
	}
	assert_int_equal(computed.count, 0);
}

static void each_name_has_its_password(void **state)
{
	static const struct {
		const char *name, *password, *hash;
		enum vwd_auth_answer answer;
	} rows[] = {
		{"alice", "right", "hash of right", VW_AUTH_YES},
		{"bob", "other", "hash of other", VW_AUTH_YES},
		{"carol", "third", "hash of third", VW_AUTH_YES},
		{"alice", "other", "hash of right", VW_AUTH_NO},
		{"bob", "right", "hash of other", VW_AUTH_NO},
		{"alice", "righ", "hash of right", VW_AUTH_NO},
		{"alice", "right ", "hash of right", VW_AUTH_NO},
		{"alice", "", "hash of right", VW_AUTH_NO},
		{"Alice", "right", "hash of right", VW_AUTH_NO},
		/* a name that nobody has takes as long, and no password is right for it */
		{"mallory", "right", "hash of right", VW_AUTH_NO},
		{"", "right", "hash of right", VW_AUTH_NO},
	};
	sigset_t blocked;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		for (unsigned k = 0; k < 2; k++)
			if (spend(100 + (unsigned)i, rows[i].name, rows[i].password, 1000) != rows[i].answer)
				fail_msg("%s:%s", rows[i].name, rows[i].password);
		/* the second time one that was right is known, and a wrong one costs as much as the first */
		count += rows[i].answer == VW_AUTH_YES ? 1 : 2;
		assert_int_equal(computed.count, count);
		assert_string_equal(computed.hash[count - 1], rows[i].hash);
		assert_string_equal(computed.password[count - 1], rows[i].password);
		assert_true(server.turns >= count);
	}
	/* signals are the loop's, before and after */
	assert_true(computed.signals_blocked);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
	assert_int_equal(sigismember(&blocked, SIGTERM) | sigismember(&blocked, SIGHUP), 0);
	assert_true(computed.stack >= sizeof(struct crypt_data) * 2);
}

/* What crypt_r() says of a hash that it cannot do is no password. */
static void what_cannot_be_computed_is_wrong(void **state)
{
	static const char *const answers[] = {
		"", "*0", "*1", "hash of righ", "hash of right!", "hash of wrong"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(answers); i++) {
		vwd_auth_free(server.auth);
		assert_int_equal(vwd_auth_new(&server.event, take_turn, &server, &server.auth), 0);
		computed.answer = answers[i];
		assert_int_equal(spend(1, "alice", "right", 1000), VW_AUTH_NO);
	}
}

/* A configuration with another hash forgets, one with the same hash does not. */
static void a_hash_that_changes_is_computed_anew(void **state)
{
	static const struct vwd_web_pair changed[] = {{"alice", "hash of new"}, {"bob", "hash of other"}};
	const struct vwd_web_config after = {.user_count = 2, .user = changed};
	struct client client;

	(void)state;
	assert_int_equal(spend(1, "alice", "right", 1000), VW_AUTH_YES);
	assert_int_equal(spend(1, "bob", "other", 1000), VW_AUTH_YES);
	assert_int_equal(ask_of(&client, &after, 1, "bob", "other"), VW_AUTH_YES);
	assert_int_equal(ask_of(&client, &after, 1, "alice", "right"), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_NO);
	forget(&client);
	assert_int_equal(ask(&client, 1, "alice", "right"), VW_AUTH_YES);
	/* a name that is given to somebody has no answer from when it was nobody's */
	assert_int_equal(ask_of(&client, &after, 2, "carol", "new"), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_NO);
	forget(&client);
	{
		static const struct vwd_web_pair given[] = {{"carol", "hash of new"}};
		const struct vwd_web_config third = {.user_count = 1, .user = given};

		assert_int_equal(ask_of(&client, &third, 2, "carol", "new"), VW_AUTH_LATER);
		compute_one();
		assert_int_equal(again(&client), VW_AUTH_YES);
		forget(&client);
	}
}

static void lengths_have_bounds(void **state)
{
	static char password[300], hash[CRYPT_OUTPUT_SIZE + 1];
	const struct vwd_web_pair user = {"alice", hash};
	const struct vwd_web_config config = {.user_count = 1, .user = &user};
	struct client client;

	(void)state;
	memset(password, 'x', 256);
	assert_int_equal(ask(&client, 1, "alice", password), VW_AUTH_NO);
	password[255] = '\0';
	assert_int_equal(ask(&client, 1, "alice", password), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_NO);
	forget(&client);
	memset(hash, 'x', CRYPT_OUTPUT_SIZE);
	assert_int_equal(ask_of(&client, &config, 2, "alice", "right"), VW_AUTH_NO);
	hash[CRYPT_OUTPUT_SIZE - 1] = '\0';
	assert_int_equal(ask_of(&client, &config, 2, "alice", "right"), VW_AUTH_LATER);
	compute_one();
	forget(&client);
	assert_int_equal(computed.count, 2);
}

/* What is remembered is remembered for a name, its hash and a password, not for what they are one after the
 * other. */
static void no_two_are_the_same_in_a_row(void **state)
{
	static const struct vwd_web_pair user[] = {{"u", "hash of right"}, {"uhash of right", "rig"}};
	const struct vwd_web_config config = {.user_count = 2, .user = user};
	struct client client;

	(void)state;
	assert_int_equal(ask_of(&client, &config, 1, "u", "right"), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_YES);
	forget(&client);
	assert_int_equal(ask_of(&client, &config, 1, "uhash of right", "ht"), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_NO);
	forget(&client);
}

/* An attempt may live as long as its connection; the password does not. */
static void passwords_are_wiped(void **state)
{
	struct client client;
	size_t size;

	(void)state;
	assert_int_equal(ask(&client, 1, "alice", "swordfish"), VW_AUTH_LATER);
	size = malloc_usable_size(client.attempt);
	assert_non_null(memmem(client.attempt, size, "swordfish", 9));
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_NO);
	assert_null(memmem(client.attempt, size, "swordfish", 9));
	forget(&client);
}

/* What is remembered */

static void wrong_ones_push_no_right_one_out(void **state)
{
	char password[16];
	size_t before;

	(void)state;
	assert_int_equal(spend(1, "alice", "right", 1), VW_AUTH_YES);
	for (unsigned i = 0; i <= 2 * REMEMBERED; i++) {
		snprintf(password, sizeof(password), "wrong %u", i);
		assert_int_equal(spend(100 + i, "alice", password, 1), VW_AUTH_NO);
	}
	before = computed.count;
	assert_int_equal(spend(1, "alice", "right", 1), VW_AUTH_YES);
	assert_int_equal(computed.count, before);
}

/* So many users with the password "right". */
static const struct vwd_web_config *many_users(size_t count)
{
	static char name[COMPUTED_MAX][16];
	static struct vwd_web_pair user[COMPUTED_MAX];
	static struct vwd_web_config config;

	for (size_t i = 0; i < count; i++) {
		snprintf(name[i], sizeof(name[i]), "user %zu", i);
		user[i] = (struct vwd_web_pair){name[i], "hash of right"};
	}
	config = (struct vwd_web_config){.user_count = count, .user = user};
	return &config;
}

/* Is it computed? */
static bool right_one_costs(const struct vwd_web_config *config, size_t user)
{
	struct client client;
	enum vwd_auth_answer answer = ask_of(&client, config, 1, config->user[user].name, "right");

	if (answer == VW_AUTH_YES)
		return false;
	assert_int_equal(answer, VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&client), VW_AUTH_YES);
	forget(&client);
	return true;
}

static void the_oldest_right_one_is_forgotten(void **state)
{
	const struct vwd_web_config *config = many_users(REMEMBERED + 1);

	(void)state;
	for (size_t i = 0; i < REMEMBERED; i++)
		assert_true(right_one_costs(config, i));
	for (size_t i = 0; i < REMEMBERED; i++)
		assert_false(right_one_costs(config, i));
	assert_true(right_one_costs(config, REMEMBERED));
	for (size_t i = 1; i <= REMEMBERED; i++)
		assert_false(right_one_costs(config, i));
	assert_true(right_one_costs(config, 0));
	assert_true(right_one_costs(config, 1));
	assert_false(right_one_costs(config, 3));
}

/* What may wait */

/* Two of one network, eight in all; who came first is first. */
static void so_many_may_wait(void **state)
{
	static const struct {
		unsigned network;
		enum vwd_auth_answer answer;
	} rows[] = {
		{1, VW_AUTH_LATER},    {1, VW_AUTH_LATER}, {1, VW_AUTH_TOO_MANY}, {2, VW_AUTH_LATER},
		{1, VW_AUTH_TOO_MANY}, {3, VW_AUTH_LATER}, {2, VW_AUTH_LATER},    {2, VW_AUTH_TOO_MANY},
		{4, VW_AUTH_LATER},    {3, VW_AUTH_LATER}, {5, VW_AUTH_LATER},    {4, VW_AUTH_TOO_MANY},
		{5, VW_AUTH_TOO_MANY},
	};
	struct client client[VW_COUNT(rows)];
	static char password[VW_COUNT(rows)][16];
	struct client alike;
	size_t order = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		snprintf(password[i], sizeof(password[i]), "guess %zu", i);
		if (ask(&client[i], rows[i].network, "alice", password[i]) != rows[i].answer)
			fail_msg("attempt %zu", i);
		assert_int_equal(client[i].connection.suspended, rows[i].answer == VW_AUTH_LATER);
	}
	/* what is computed anyway may be waited for by anybody */
	assert_int_equal(ask(&alike, 6, "alice", "guess 3"), VW_AUTH_LATER);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		while (client[i].attempt && again(&client[i]) == VW_AUTH_LATER)
			compute_one();
		if (client[i].attempt)
			assert_string_equal(computed.password[order++], password[i]);
		forget(&client[i]);
	}
	assert_int_equal(again(&alike), VW_AUTH_NO);
	forget(&alike);
	assert_int_equal(computed.count, 8);
	/* there is room again */
	assert_int_equal(spend(1, "alice", "right", 1), VW_AUTH_YES);
}

/* A network that waits for nothing gets the place of one that waits for two: of the last one that is not
 * being computed. Where each has one place, there is none. */
static void networks_share_what_there_is(void **state)
{
	/* who is told to come again when each of these comes; -1: the newcomer, -2: nobody */
	static const struct {
		unsigned network;
		int refused;
	} rows[] = {{1, -2}, {1, -2}, {2, -2}, {2, -2}, {3, -2}, {3, -2}, {4, -2}, {4, -2},
		    {5, 7},  {4, -1}, {6, 5},  {7, 3},  {8, 1},  {9, -1}, {1, -1}, {5, -1}};
	static char password[VW_COUNT(rows)][16];
	struct client client[VW_COUNT(rows)];
	bool refused[VW_COUNT(rows)] = {false};
	unsigned waiting = 0;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		enum vwd_auth_answer answer;

		snprintf(password[i], sizeof(password[i]), "guess %zu", i);
		answer = ask(&client[i], rows[i].network, "alice", password[i]);
		assert_int_equal(answer, rows[i].refused == -1 ? VW_AUTH_TOO_MANY : VW_AUTH_LATER);
		refused[rows[i].refused < 0 ? i : (size_t)rows[i].refused] |= rows[i].refused != -2;
		for (size_t k = 0; k <= i; k++)
			if (client[k].attempt &&
			    again(&client[k]) != (refused[k] ? VW_AUTH_TOO_MANY : VW_AUTH_LATER))
				fail_msg("attempt %zu after %zu", k, i);
	}
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		waiting += client[i].attempt && again(&client[i]) == VW_AUTH_LATER;
		assert_int_equal(client[i].connection.resumed, refused[i] && client[i].attempt);
	}
	assert_int_equal(waiting, 8);
	for (unsigned i = 0; i < 8; i++)
		compute_one();
	assert_int_equal(computed.count, 8);
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		forget(&client[i]);
}

/* Four networks that guess fill all places, and the right password has one of them. */
static void the_right_one_comes_between_four_who_guess(void **state)
{
	static char password[8][16];
	struct client client[8], good;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		snprintf(password[i], sizeof(password[i]), "guess %u", i);
		assert_int_equal(ask(&client[i], 1 + i / 2, "alice", password[i]), VW_AUTH_LATER);
	}
	assert_int_equal(ask(&good, 9, "alice", "right"), VW_AUTH_LATER);
	for (unsigned i = 0; i < 8; i++)
		compute_one();
	assert_int_equal(again(&good), VW_AUTH_YES);
	forget(&good);
	for (unsigned i = 0; i < 8; i++)
		forget(&client[i]);
}

/* Those that wait for the same have a bound, too: each holds a connection. */
static void the_same_is_waited_for_by_so_many(void **state)
{
	struct client client[VW_AUTH_HELD_MAX], other[8];
	unsigned held = 0;

	(void)state;
	for (unsigned i = 0; i < VW_COUNT(client); i++)
		held += ask(&client[i], i, "alice", "wrong") == VW_AUTH_LATER;
	assert_int_equal(held, 1 + VW_AUTH_HELD_MAX - 8);
	for (unsigned i = 0; i < VW_COUNT(other); i++)
		held += ask(&other[i], 50 + i, "alice", &"abcdefgh"[i]) == VW_AUTH_LATER;
	assert_int_equal(held, VW_AUTH_HELD_MAX);
	for (unsigned i = 0; i < 8; i++)
		compute_one();
	for (unsigned i = 0; i < VW_COUNT(client); i++)
		forget(&client[i]);
	for (unsigned i = 0; i < VW_COUNT(other); i++)
		forget(&other[i]);
}

/* However many guess from one network, who knows the password has an answer after two of them. */
static void who_guesses_keeps_nobody_out(void **state)
{
	static char password[100][16];
	struct client client[100], good;
	unsigned waiting = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(password[i], sizeof(password[i]), "guess %u", i);
		waiting += ask(&client[i], 1, i % 2 ? "alice" : "mallory", password[i]) == VW_AUTH_LATER;
	}
	assert_int_equal(waiting, 2);
	assert_int_equal(ask(&good, 2, "alice", "right"), VW_AUTH_LATER);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(again(&good), VW_AUTH_LATER);
		compute_one();
	}
	assert_int_equal(again(&good), VW_AUTH_YES);
	forget(&good);
	for (unsigned i = 0; i < 100; i++)
		forget(&client[i]);
	assert_int_equal(computed.count, 3);
	/* from now on it costs nothing, and waits for nobody */
	assert_int_equal(ask(&client[0], 1, "alice", "another"), VW_AUTH_LATER);
	assert_int_equal(ask(&good, 2, "alice", "right"), VW_AUTH_YES);
	compute_one();
	forget(&client[0]);
}

/* The same password is computed once for all that wait for it, and counts once. */
static void the_same_is_computed_once(void **state)
{
	struct client client[20], other;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(ask(&client[i], 1, "alice", "right"), VW_AUTH_LATER);
	assert_int_equal(ask(&other, 1, "bob", "right"), VW_AUTH_LATER);
	compute_one();
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(again(&client[i]), VW_AUTH_YES);
		assert_int_equal(client[i].connection.resumed, 1);
		forget(&client[i]);
	}
	assert_int_equal(again(&other), VW_AUTH_LATER);
	compute_one();
	assert_int_equal(again(&other), VW_AUTH_NO);
	forget(&other);
	assert_int_equal(computed.count, 2);
}

/* What it may cost */

/* After a wrong one, of a known name or not, nothing is computed for four times as long as it took. */
static void a_wrong_one_is_followed_by_a_pause(void **state)
{
	static const struct {
		const char *name;
		int64_t cost;
		uint64_t pause;
	} rows[] = {
		{"alice", 1000, 4000},      {"mallory", 1000, 4000},      {"alice", 499999, 1999996},
		{"alice", 500000, 2000000}, {"alice", 500001, PAUSE_MAX}, {"mallory", 90000000, PAUSE_MAX},
	};
	struct client client;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		uint64_t end;

		assert_int_equal(spend(1, rows[i].name, "wrong", rows[i].cost), VW_AUTH_NO);
		end = server.event.now + rows[i].pause;
		assert_int_equal(ask(&client, 2, "bob", "guess"), VW_AUTH_LATER);
		fake_pass(&server.event, end - 1);
		assert_false(is_computed(10));
		fake_pass(&server.event, end);
		assert_true(is_computed(20000));
		assert_int_equal(again(&client), VW_AUTH_NO);
		forget(&client);
		/* what comes after the pause waits for nobody */
		fake_pass(&server.event, server.event.now + PAUSE_MAX);
		assert_int_equal(ask(&client, 2, "bob", "guess"), VW_AUTH_LATER);
		assert_true(is_computed(20000));
		forget(&client);
	}
}

static void a_right_one_is_followed_by_none(void **state)
{
	struct client client[2];

	(void)state;
	computed.cost = 1000000;
	assert_int_equal(ask(&client[0], 1, "alice", "right"), VW_AUTH_LATER);
	assert_int_equal(ask(&client[1], 1, "bob", "other"), VW_AUTH_LATER);
	for (size_t i = 0; i < 2; i++) {
		assert_true(is_computed(20000));
		assert_int_equal(again(&client[i]), VW_AUTH_YES);
		forget(&client[i]);
	}
}

/* What is remembered needs no turn. */
static void a_pause_delays_no_right_one_that_is_known(void **state)
{
	struct client client;

	(void)state;
	assert_int_equal(spend(1, "alice", "right", 1000), VW_AUTH_YES);
	assert_int_equal(spend(1, "alice", "wrong", 1000), VW_AUTH_NO);
	assert_int_equal(ask(&client, 1, "alice", "right"), VW_AUTH_YES);
}

/* Without a timer nobody waits for one that never ends. */
static void without_a_timer_there_is_no_pause(void **state)
{
	struct client client;

	(void)state;
	fake_set_time_error = -ENOMEM;
	assert_int_equal(spend(1, "alice", "wrong", 1000), VW_AUTH_NO);
	assert_int_equal(ask(&client, 2, "bob", "other"), VW_AUTH_LATER);
	assert_true(is_computed(20000));
	fake_set_time_error = 0;
	assert_int_equal(again(&client), VW_AUTH_YES);
	forget(&client);
}

static void a_pause_may_end_with_the_server(void **state)
{
	struct client client;

	(void)state;
	assert_int_equal(spend(1, "alice", "wrong", 1000), VW_AUTH_NO);
	assert_int_equal(ask(&client, 2, "bob", "other"), VW_AUTH_LATER);
	vwd_auth_cancel(server.auth);
	assert_int_equal(again(&client), VW_AUTH_TOO_MANY);
	assert_int_equal(client.connection.resumed, 1);
	forget(&client);
	assert_int_equal(computed.count, 1);
}

/* Ends */

/* When the server stops, the one that is computed is waited for, and the others come again. */
static void all_are_resumed_at_the_end(void **state)
{
	struct client client[3];

	(void)state;
	assert_int_equal(ask(&client[0], 1, "alice", "right"), VW_AUTH_LATER);
	assert_int_equal(ask(&client[1], 2, "alice", "wrong"), VW_AUTH_LATER);
	assert_int_equal(ask(&client[2], 3, "alice", "right"), VW_AUTH_LATER);
	vwd_auth_cancel(server.auth);
	assert_int_equal(again(&client[0]), VW_AUTH_YES);
	assert_int_equal(again(&client[1]), VW_AUTH_TOO_MANY);
	assert_int_equal(again(&client[2]), VW_AUTH_YES);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(client[i].connection.resumed, 1);
		forget(&client[i]);
	}
	assert_int_equal(spend(2, "alice", "wrong", 1), VW_AUTH_NO);
}

static void without_a_thread_they_come_again(void **state)
{
	struct client client[3];

	(void)state;
	broken.no_thread = true;
	assert_int_equal(ask(&client[0], 1, "alice", "right"), VW_AUTH_TOO_MANY);
	assert_int_equal(client[0].connection.suspended, 0);
	assert_null(client[0].attempt);
	broken.no_thread = false;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ask(&client[i], 1 + i, users[i].name, "right"), VW_AUTH_LATER);
	broken.no_thread = true;
	compute_one();
	assert_int_equal(again(&client[0]), VW_AUTH_YES);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(again(&client[i]), i ? VW_AUTH_TOO_MANY : VW_AUTH_YES);
		assert_int_equal(client[i].connection.resumed, 1);
		forget(&client[i]);
	}
	broken.no_thread = false;
	assert_int_equal(spend(2, "bob", "other", 1), VW_AUTH_YES);
	broken.no_hmac = true;
	assert_int_equal(spend(2, "bob", "other", 1), VW_AUTH_TOO_MANY);
}

static void what_it_needs_may_be_missing(void **state)
{
	sd_event event = {.references = 1};
	struct vwd_auth *auth = NULL;

	(void)state;
	broken.no_event = true;
	assert_int_equal(vwd_auth_new(&event, take_turn, &server, &auth), -EMFILE);
	broken.no_event = false;
	broken.no_random = true;
	assert_int_equal(vwd_auth_new(&event, take_turn, &server, &auth), -EIO);
	assert_null(auth);
	vwd_auth_free(NULL);
	vwd_auth_forget(NULL);
}

static void live(void)
{
	struct client client[3];

	vwd_auth_cancel(server.auth);
	vwd_auth_free(server.auth);
	assert_int_equal(vwd_auth_new(&server.event, take_turn, &server, &server.auth), 0);
	computed.count = 0;
	assert_int_equal(spend(1, "alice", "right", 1), VW_AUTH_YES);
	assert_int_equal(spend(1, "alice", "wrong", 1), VW_AUTH_NO);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ask(&client[i], 1 + (unsigned)i, "bob", i ? "other" : "x"), VW_AUTH_LATER);
	vwd_auth_cancel(server.auth);
	for (size_t i = 0; i < 3; i++)
		forget(&client[i]);
	fake_pass(&server.event, server.event.now + PAUSE_MAX);
	broken.no_thread = true;
	assert_int_equal(ask(&client[0], 9, "bob", "y"), VW_AUTH_TOO_MANY);
	broken.no_thread = false;
	broken.no_random = true;
	{
		struct vwd_auth *none = NULL;

		assert_int_equal(vwd_auth_new(&server.event, take_turn, &server, &none), -EIO);
	}
	broken.no_random = false;
}

/* Neither memory nor descriptors. */
static void nothing_is_left_behind(void **state)
{
	(void)state;
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(without_users_everybody_may),
		TEST(each_name_has_its_password),
		TEST(what_cannot_be_computed_is_wrong),
		TEST(a_hash_that_changes_is_computed_anew),
		TEST(lengths_have_bounds),
		TEST(no_two_are_the_same_in_a_row),
		TEST(passwords_are_wiped),
		TEST(wrong_ones_push_no_right_one_out),
		TEST(the_oldest_right_one_is_forgotten),
		TEST(so_many_may_wait),
		TEST(networks_share_what_there_is),
		TEST(the_right_one_comes_between_four_who_guess),
		TEST(the_same_is_waited_for_by_so_many),
		TEST(who_guesses_keeps_nobody_out),
		TEST(the_same_is_computed_once),
		TEST(a_wrong_one_is_followed_by_a_pause),
		TEST(a_right_one_is_followed_by_none),
		TEST(a_pause_delays_no_right_one_that_is_known),
		TEST(without_a_timer_there_is_no_pause),
		TEST(a_pause_may_end_with_the_server),
		TEST(all_are_resumed_at_the_end),
		TEST(without_a_thread_they_come_again),
		TEST(what_it_needs_may_be_missing),
		TEST(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
