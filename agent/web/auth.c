/* SPDX-License-Identifier: MIT */
#include "agent/web/web.h"

#include "agent/connections.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/clock.h"

enum {
	REMEMBERED = 32,
	WAITING_MAX = 8,                            /* to be computed */
	ALIKE_MAX = VW_AUTH_HELD_MAX - WAITING_MAX, /* that wait for the same as one of these */
	WAITING_PER_NETWORK = 2,                    /* so that who guesses leaves room for others */
	PASSWORD_MAX = 256,                         /* bcrypt reads 72 bytes of it */
	TAG_SIZE = 32,
	TAGGED = 4,
	STACK_SIZE = 256 * 1024, /* bcrypt keeps its tables in crypt_data */

	/* After a wrong password nothing is computed for so many times the time that it took: guesses get a
	   fifth of one processor at most. The longest pause is in microseconds. */
	PAUSE_TIMES = 4,
	PAUSE_MAX = 2000000,
	PAUSE_ACCURACY = 1000,
};

/* A name, hash and password under a key that nobody knows: what is remembered gives no password away. */
struct tag {
	unsigned char bytes[TAG_SIZE];
};

struct vwd_attempt {
	struct vwd_attempt *next;
	struct MHD_Connection *connection;
	enum vwd_auth_answer answer; /* VW_AUTH_LATER until it is known */
	bool known_user;
	bool duplicate; /* another one that waits has the same tag: there is nothing to compute */
	struct vwd_network network;
	struct tag tag;
	char hash[CRYPT_OUTPUT_SIZE], password[PASSWORD_MAX];
};

/* What the thread works on; nobody else touches it meanwhile. */
struct work {
	int done; /* eventfd */
	const char *hash, *password;
	bool matches;
	uint64_t microseconds; /* of processor time */
	struct crypt_data data;
};

struct vwd_auth {
	void (*resumed)(void *context);
	void *context;
	struct tag key;
	struct tag right[REMEMBERED]; /* the passwords that were right, the oldest overwritten first */
	unsigned right_count, right_next;
	struct vwd_attempt *waiting; /* while there is work, the first one is being computed */
	int done;
	sd_event_source *done_source, *pause;
	bool pausing;
	struct work *work; /* NULL while there is none */
	pthread_t thread;
};

static void *compute(void *userdata)
{
	static const uint64_t one = 1;
	struct work *work = userdata;
	size_t length = strlen(work->hash);
	const char *computed;

	computed = crypt_r(work->password, work->hash, &work->data);
	/* What fails begins with '*' and is shorter than any hash. */
	work->matches =
		computed && strlen(computed) == length && gnutls_memcmp(computed, work->hash, length) == 0;
	work->microseconds = vwb_clock_ns(CLOCK_THREAD_CPUTIME_ID) / 1000;
	(void)!write(work->done, &one, sizeof(one)); /* it is empty, so there is room */
	return NULL;
}

/* Signals are the event loop's. */
static int start_thread(pthread_t *ret, struct work *work)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int err;

	err = pthread_attr_init(&attributes);
	if (err)
		return -err;
	err = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (!err) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		err = pthread_create(ret, &attributes, compute, work);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attributes);
	return -err;
}

static int begin(struct vwd_auth *auth)
{
	struct work *work = calloc(1, sizeof(*work));
	int err;

	if (!work)
		return -ENOMEM;
	work->done = auth->done;
	work->hash = auth->waiting->hash;
	work->password = auth->waiting->password;
	err = start_thread(&auth->thread, work);
	if (err) {
		free(work);
		return err;
	}
	auth->work = work;
	return 0;
}

static bool is_remembered(const struct vwd_auth *auth, const struct tag *tag)
{
	bool found = false;

	for (unsigned i = 0; i < auth->right_count; i++)
		found |= gnutls_memcmp(&auth->right[i], tag, sizeof(*tag)) == 0;
	return found;
}

static void remember(struct vwd_auth *auth, const struct tag *tag)
{
	auth->right[auth->right_next] = *tag;
	auth->right_next = (auth->right_next + 1) % REMEMBERED;
	if (auth->right_count < REMEMBERED)
		auth->right_count++;
}

/* Lengths go in before texts, so that no two lists are the same bytes. */
static int make_tag(const struct vwd_auth *auth, const char *const part[TAGGED], struct tag *ret)
{
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, &auth->key, sizeof(auth->key)) != 0)
		return -ENOMEM;
	for (size_t i = 0; i < TAGGED; i++) {
		size_t length = strlen(part[i]);

		gnutls_hmac(hmac, &length, sizeof(length));
		gnutls_hmac(hmac, part[i], length);
	}
	gnutls_hmac_deinit(hmac, ret);
	return 0;
}

static void answer_attempt(struct vwd_attempt *attempt, enum vwd_auth_answer answer)
{
	attempt->answer = answer;
	explicit_bzero(attempt->password, sizeof(attempt->password));
	MHD_resume_connection(attempt->connection);
}

/* Answers those that wait with that tag, or all of them for NULL. */
static void answer_waiting(struct vwd_auth *auth, const struct tag *tag, enum vwd_auth_answer answer)
{
	struct vwd_attempt **link = &auth->waiting;

	while (*link) {
		struct vwd_attempt *one = *link;

		if (tag && gnutls_memcmp(&one->tag, tag, sizeof(*tag)) != 0) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		answer_attempt(one, answer);
	}
}

static void start_pause(struct vwd_auth *auth, uint64_t microseconds)
{
	uint64_t now = 0, pause = microseconds * PAUSE_TIMES;

	if (pause > PAUSE_MAX)
		pause = PAUSE_MAX;
	/* It fails in another process only. */
	(void)sd_event_now(sd_event_source_get_event(auth->pause), CLOCK_MONOTONIC, &now);
	auth->pausing = sd_event_source_set_time(auth->pause, now + pause) >= 0 &&
			sd_event_source_set_enabled(auth->pause, SD_EVENT_ONESHOT) >= 0;
}

/* Waits for the thread, where it has not ended yet. */
static void finish_work(struct vwd_auth *auth)
{
	const struct vwd_attempt *attempt = auth->waiting;
	bool right = false;
	struct tag tag = attempt->tag;
	uint64_t count;

	pthread_join(auth->thread, NULL);
	(void)!read(auth->done, &count, sizeof(count));
	right = auth->work->matches && attempt->known_user;
	if (right)
		remember(auth, &tag);
	else
		start_pause(auth, auth->work->microseconds);
	explicit_bzero(auth->work, sizeof(*auth->work));
	free(auth->work);
	auth->work = NULL;
	answer_waiting(auth, &tag, right ? VW_AUTH_YES : VW_AUTH_NO);
}

/* Those whose password cannot be computed are told to come again. */
static void begin_next(struct vwd_auth *auth)
{
	if (auth->waiting && !auth->pausing && begin(auth) != 0)
		answer_waiting(auth, NULL, VW_AUTH_TOO_MANY);
	auth->resumed(auth->context);
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct vwd_auth *auth = userdata;

	(void)source;
	(void)fd;
	(void)events;
	if (auth->work)
		finish_work(auth);
	begin_next(auth);
	return 0;
}

static int on_pause_over(sd_event_source *source, uint64_t at, void *userdata)
{
	struct vwd_auth *auth = userdata;

	(void)source;
	(void)at;
	auth->pausing = false;
	begin_next(auth);
	return 0;
}

/* Those of one network that are to be computed. */
static unsigned count_of(const struct vwd_auth *auth, const struct vwd_network *network)
{
	unsigned count = 0;

	for (const struct vwd_attempt *one = auth->waiting; one; one = one->next)
		count += !one->duplicate && vwd_network_same(&one->network, network);
	return count;
}

/* The last one that is not being computed and is not the only one of its network gives its place to a network
 * that has none. */
static bool make_room(struct vwd_auth *auth)
{
	const struct vwd_attempt *last = NULL;
	struct tag tag;

	for (const struct vwd_attempt *one = auth->waiting; one; one = one->next)
		if (!one->duplicate && !(auth->work && one == auth->waiting) &&
		    count_of(auth, &one->network) > 1)
			last = one;
	if (!last)
		return false;
	tag = last->tag;
	answer_waiting(auth, &tag, VW_AUTH_TOO_MANY);
	return true;
}

/* Is there room for it? Says whether the same is waited for already: that costs a place only. */
static bool has_room(struct vwd_auth *auth, struct vwd_attempt *attempt)
{
	unsigned all = 0, alike = 0, own = count_of(auth, &attempt->network);

	for (const struct vwd_attempt *one = auth->waiting; one; one = one->next) {
		attempt->duplicate |= gnutls_memcmp(&one->tag, &attempt->tag, sizeof(one->tag)) == 0;
		all += !one->duplicate;
		alike += one->duplicate;
	}
	if (attempt->duplicate)
		return alike < ALIKE_MAX;
	if (all >= WAITING_MAX)
		return !own && make_room(auth);
	return own < WAITING_PER_NETWORK;
}

/* Puts an attempt at the end of the queue and its connection aside. */
static enum vwd_auth_answer enqueue(struct vwd_auth *auth, struct vwd_attempt *model,
				    struct vwd_attempt **ret)
{
	struct vwd_attempt *attempt, **end = &auth->waiting;

	if (!has_room(auth, model))
		return VW_AUTH_TOO_MANY;
	attempt = malloc(sizeof(*attempt));
	if (!attempt)
		return VW_AUTH_TOO_MANY;
	*attempt = *model;
	while (*end)
		end = &(*end)->next;
	*end = attempt;
	if (!auth->work && !auth->pausing && begin(auth) != 0) {
		*end = NULL;
		explicit_bzero(attempt, sizeof(*attempt));
		free(attempt);
		return VW_AUTH_TOO_MANY;
	}
	*ret = attempt;
	MHD_suspend_connection(attempt->connection);
	return VW_AUTH_LATER;
}

/* The hash of @name; for a name that nobody has another one's, which costs as much. */
static const char *hash_of(const struct vwd_web_config *config, const char *name, bool *ret_known)
{
	const char *hash = config->user[0].value;

	*ret_known = false;
	for (size_t i = 0; i < config->user_count; i++)
		if (strcmp(config->user[i].name, name) == 0) {
			*ret_known = true;
			hash = config->user[i].value;
		}
	return hash;
}

static enum vwd_auth_answer check_password(struct vwd_auth *auth, const struct vwd_web_config *config,
					   struct MHD_Connection *connection, const struct sockaddr *client,
					   const char *name, const char *password, struct vwd_attempt **ret)
{
	struct vwd_attempt attempt = {
		.connection = connection, .answer = VW_AUTH_LATER, .network = vwd_network_of(client)};
	const char *hash = hash_of(config, name, &attempt.known_user);
	enum vwd_auth_answer answer;

	if (strlen(password) >= sizeof(attempt.password) || strlen(hash) >= sizeof(attempt.hash))
		return VW_AUTH_NO;
	if (make_tag(auth,
		     (const char *const[]){attempt.known_user ? "known" : "unknown", name, hash, password},
		     &attempt.tag) != 0)
		return VW_AUTH_TOO_MANY;
	if (is_remembered(auth, &attempt.tag))
		return VW_AUTH_YES;

	memcpy(attempt.hash, hash, strlen(hash) + 1);
	memcpy(attempt.password, password, strlen(password) + 1);
	answer = enqueue(auth, &attempt, ret);
	explicit_bzero(&attempt, sizeof(attempt));
	return answer;
}

enum vwd_auth_answer vwd_auth_check(struct vwd_auth *auth, const struct vwd_web_config *config,
				    struct MHD_Connection *connection, const struct sockaddr *client,
				    struct vwd_attempt **attempt)
{
	enum vwd_auth_answer answer = VW_AUTH_NO;
	char *name, *password = NULL;

	if (*attempt)
		return (*attempt)->answer;
	if (!config || config->user_count == 0)
		return VW_AUTH_YES;

	name = MHD_basic_auth_get_username_password(connection, &password);
	if (name && password)
		answer = check_password(auth, config, connection, client, name, password, attempt);
	if (password)
		explicit_bzero(password, strlen(password));
	MHD_free(password);
	MHD_free(name);
	return answer;
}

void vwd_auth_forget(struct vwd_attempt *attempt)
{
	free(attempt);
}

void vwd_auth_cancel(struct vwd_auth *auth)
{
	if (auth->work)
		finish_work(auth);
	answer_waiting(auth, NULL, VW_AUTH_TOO_MANY);
}

int vwd_auth_new(sd_event *event, void (*resumed)(void *context), void *context, struct vwd_auth **ret)
{
	struct vwd_auth *auth = calloc(1, sizeof(*auth));
	int err = 0;

	if (!auth)
		return -ENOMEM;
	auth->resumed = resumed;
	auth->context = context;
	auth->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (auth->done < 0)
		err = -errno;
	else if (gnutls_rnd(GNUTLS_RND_KEY, &auth->key, sizeof(auth->key)) != 0)
		err = -EIO;
	else
		err = sd_event_add_io(event, &auth->done_source, auth->done, EPOLLIN, on_done, auth);
	if (err >= 0)
		err = sd_event_add_time(event, &auth->pause, CLOCK_MONOTONIC, 0, PAUSE_ACCURACY,
					on_pause_over, auth);
	if (err >= 0)
		err = sd_event_source_set_enabled(auth->pause, SD_EVENT_OFF);
	if (err < 0) {
		vwd_auth_free(auth);
		return err;
	}
	*ret = auth;
	return 0;
}

void vwd_auth_free(struct vwd_auth *auth)
{
	if (!auth)
		return;
	sd_event_source_unref(auth->done_source);
	sd_event_source_unref(auth->pause);
	if (auth->done >= 0)
		close(auth->done);
	explicit_bzero(&auth->key, sizeof(auth->key));
	free(auth);
}
