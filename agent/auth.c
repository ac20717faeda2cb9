/* SPDX-License-Identifier: MIT */
#include "agent/auth.h"

#include "agent/connections.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

enum {
	REMEMBERED = 32,
	WAITING_MAX = 8, /* to be computed */
	WAITING_SUSPECT = 6,
	WAITING_ALIKE = 4, /* of one network */
	ACCOUNTS = 64,
	PASSWORD_MAX = 256, /* bcrypt reads 72 bytes of it */
	TAG_SIZE = 32,
	TAGGED = 4,
	STACK_SIZE = 256 * 1024, /* bcrypt keeps its tables in crypt_data */

	/* Of the time of one processor, a fifth may go into passwords, and two seconds at once: half of it
	   for those who got nothing wrong lately, half for the others, of whom each has a half of that. In
	   microseconds. */
	CREDIT_MAX = 1000000,
	POOL_SHARE = 10,
	ACCOUNT_SHARE = 20,
};

/* Time that may be spent. It grows again by itself. */
struct credit {
	int64_t left;
	uint64_t at; /* when that was so */
};

/* Of a network that got something wrong; all that it spent is earned again when it may be forgotten. */
struct account {
	struct vw_network network;
	struct credit credit;
};

/* A name, hash and password under a key that nobody knows: what is remembered gives no password away. */
struct tag {
	unsigned char bytes[TAG_SIZE];
};

/* Right and wrong ones apart, so that wrong ones push no right one out. */
struct memory {
	struct tag tag[REMEMBERED];
	unsigned count, next;
};

struct vw_attempt {
	struct vw_attempt *next;
	struct MHD_Connection *connection;
	enum vw_auth_answer answer; /* VW_AUTH_LATER until it is known */
	bool known_user;
	bool trusted; /* its network got nothing wrong lately, and asks for nothing else */
	bool alike;   /* another one that waits has the same tag: there is nothing to compute */
	struct vw_network network;
	struct tag tag;
	char hash[CRYPT_OUTPUT_SIZE], password[PASSWORD_MAX];
};

/* What the thread works on; nobody else touches it meanwhile. */
struct work {
	int done; /* eventfd */
	const char *hash, *password;
	bool matches;
	int64_t microseconds; /* of processor time */
	struct crypt_data data;
};

struct vw_auth {
	void (*resumed)(void *context);
	void *context;
	struct tag key;
	struct memory right, wrong;
	struct vw_attempt *waiting;     /* the first one is being computed */
	struct credit trusted, suspect; /* pools */
	struct account account[ACCOUNTS];
	unsigned account_count;
	int done;
	sd_event_source *done_source;
	struct work *work; /* NULL while there is none */
	pthread_t thread;
};

static bool same_bytes(const char *a, const char *b, size_t size)
{
	return gnutls_memcmp(a, b, size) == 0;
}

/* --- the thread --------------------------------------------------------------------------------------- */

static int64_t thread_microseconds(void)
{
	struct timespec time = {0};

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void *compute(void *userdata)
{
	static const uint64_t one = 1;
	struct work *work = userdata;
	size_t length = strlen(work->hash);
	const char *computed;

	computed = crypt_r(work->password, work->hash, &work->data);
	/* What fails begins with '*' and is shorter than any hash. */
	work->matches = computed && strlen(computed) == length && same_bytes(computed, work->hash, length);
	work->microseconds = thread_microseconds();
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

static int begin(struct vw_auth *auth)
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

/* --- what is remembered ------------------------------------------------------------------------------- */

static bool remembers(const struct memory *memory, const struct tag *tag)
{
	bool found = false;

	for (unsigned i = 0; i < memory->count; i++)
		found |= gnutls_memcmp(&memory->tag[i], tag, sizeof(*tag)) == 0;
	return found;
}

static void remember(struct memory *memory, const struct tag *tag)
{
	memory->tag[memory->next] = *tag;
	memory->next = (memory->next + 1) % REMEMBERED;
	if (memory->count < REMEMBERED)
		memory->count++;
}

/* Lengths go in before texts, so that no two lists are the same bytes. */
static int make_tag(const struct vw_auth *auth, const char *const part[TAGGED], struct tag *ret)
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

/* --- credit ------------------------------------------------------------------------------------------- */

static int64_t credit_of(struct credit *credit, unsigned share, uint64_t now)
{
	int64_t earned = now > credit->at ? (int64_t)((now - credit->at) / share) : 0;

	if (earned) {
		credit->left = earned > CREDIT_MAX - credit->left ? CREDIT_MAX : credit->left + earned;
		credit->at = now;
	}
	return credit->left;
}

static void forget_paid(struct vw_auth *auth, uint64_t now)
{
	for (unsigned i = auth->account_count; i-- > 0;)
		if (credit_of(&auth->account[i].credit, ACCOUNT_SHARE, now) == CREDIT_MAX)
			auth->account[i] = auth->account[--auth->account_count];
}

static struct account *account_of(struct vw_auth *auth, const struct vw_network *network)
{
	for (unsigned i = 0; i < auth->account_count; i++)
		if (vw_network_same(&auth->account[i].network, network))
			return &auth->account[i];
	return NULL;
}

/* Where there is no room, the one that has spent the least goes. */
static struct account *open_account(struct vw_auth *auth, const struct vw_network *network, uint64_t now)
{
	struct account *account = &auth->account[0];

	if (auth->account_count < ACCOUNTS)
		account = &auth->account[auth->account_count++];
	else
		for (unsigned i = 1; i < ACCOUNTS; i++)
			if (auth->account[i].credit.left > account->credit.left)
				account = &auth->account[i];
	*account = (struct account){*network, {CREDIT_MAX, now}};
	return account;
}

static void charge(struct vw_auth *auth, const struct vw_attempt *attempt, int64_t microseconds, bool wrong,
		   uint64_t now)
{
	struct account *account;

	(attempt->trusted ? &auth->trusted : &auth->suspect)->left -= microseconds;
	if (!wrong)
		return;
	forget_paid(auth, now);
	account = account_of(auth, &attempt->network);
	if (!account)
		account = open_account(auth, &attempt->network, now);
	account->credit.left -= microseconds;
}

/* --- attempts ----------------------------------------------------------------------------------------- */

static void settle(struct vw_attempt *attempt, enum vw_auth_answer answer)
{
	attempt->answer = answer;
	explicit_bzero(attempt->password, sizeof(attempt->password));
	MHD_resume_connection(attempt->connection);
}

static struct vw_attempt *take_first(struct vw_auth *auth)
{
	struct vw_attempt *first = auth->waiting;

	auth->waiting = first->next;
	first->next = NULL;
	return first;
}

/* Nothing can be computed: they are told to come again. */
static void settle_all(struct vw_auth *auth, enum vw_auth_answer answer)
{
	while (auth->waiting)
		settle(take_first(auth), answer);
}

/* Those that wait for the same answer have it too. */
static void settle_alike(struct vw_auth *auth, const struct tag *tag, enum vw_auth_answer answer)
{
	struct vw_attempt **link = &auth->waiting;

	while (*link) {
		struct vw_attempt *one = *link;

		if (gnutls_memcmp(&one->tag, tag, sizeof(*tag)) != 0) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		settle(one, answer);
	}
}

/* Waits for the thread, where it has not ended yet. */
static void finish(struct vw_auth *auth, uint64_t now)
{
	struct vw_attempt *attempt = take_first(auth);
	enum vw_auth_answer answer = VW_AUTH_NO;
	struct tag tag = attempt->tag;
	uint64_t count;

	pthread_join(auth->thread, NULL);
	(void)!read(auth->done, &count, sizeof(count));
	if (auth->work->matches && attempt->known_user)
		answer = VW_AUTH_YES;
	charge(auth, attempt, auth->work->microseconds, answer == VW_AUTH_NO, now);
	explicit_bzero(auth->work, sizeof(*auth->work));
	free(auth->work);
	auth->work = NULL;

	remember(answer == VW_AUTH_YES ? &auth->right : &auth->wrong, &tag);
	settle(attempt, answer);
	settle_alike(auth, &tag, answer);
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct vw_auth *auth = userdata;
	uint64_t now = 0;

	(void)fd;
	(void)events;
	/* It fails in another process only. */
	(void)sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);
	if (auth->work)
		finish(auth, now);
	if (auth->waiting && begin(auth) != 0)
		settle_all(auth, VW_AUTH_TOO_MANY);
	auth->resumed(auth->context);
	return 0;
}

/* What waits to be computed: all of it, and that of one network. */
static void count_waiting(const struct vw_auth *auth, const struct vw_network *network, unsigned *ret_all,
			  unsigned *ret_own)
{
	*ret_all = *ret_own = 0;
	for (const struct vw_attempt *one = auth->waiting; one; one = one->next) {
		*ret_all += !one->alike;
		*ret_own += !one->alike && vw_network_same(&one->network, network);
	}
}

static bool is_waited_for(const struct vw_auth *auth, const struct tag *tag)
{
	for (const struct vw_attempt *one = auth->waiting; one; one = one->next)
		if (gnutls_memcmp(&one->tag, tag, sizeof(*tag)) == 0)
			return true;
	return false;
}

/* May it be computed? Says who pays for it. */
static bool admit(struct vw_auth *auth, struct vw_attempt *attempt, uint64_t now)
{
	const struct account *account;
	unsigned all, own;

	attempt->alike = is_waited_for(auth, &attempt->tag);
	if (attempt->alike)
		return true;
	forget_paid(auth, now);
	account = account_of(auth, &attempt->network);
	count_waiting(auth, &attempt->network, &all, &own);
	attempt->trusted = !account && own == 0;
	if (attempt->trusted)
		return all < WAITING_MAX && credit_of(&auth->trusted, POOL_SHARE, now) > 0;
	return all < WAITING_SUSPECT && own < WAITING_ALIKE && (!account || account->credit.left > 0) &&
	       credit_of(&auth->suspect, POOL_SHARE, now) > 0;
}

/* The trusted ones come first, but behind the one that is being computed. */
static void insert(struct vw_auth *auth, struct vw_attempt *attempt)
{
	struct vw_attempt **link = auth->waiting ? &auth->waiting->next : &auth->waiting;

	while (*link && (!attempt->trusted || (*link)->trusted))
		link = &(*link)->next;
	attempt->next = *link;
	*link = attempt;
}

/* Puts an attempt into the queue and its connection aside. */
static enum vw_auth_answer enqueue(struct vw_auth *auth, struct vw_attempt *model, struct vw_attempt **ret,
				   uint64_t now)
{
	struct vw_attempt *attempt;

	if (!admit(auth, model, now))
		return VW_AUTH_TOO_MANY;
	attempt = malloc(sizeof(*attempt));
	if (!attempt)
		return VW_AUTH_TOO_MANY;
	*attempt = *model;
	insert(auth, attempt);
	if (!auth->work && begin(auth) != 0) {
		auth->waiting = NULL;
		free(attempt);
		return VW_AUTH_TOO_MANY;
	}
	*ret = attempt;
	MHD_suspend_connection(attempt->connection);
	return VW_AUTH_LATER;
}

/* The hash of @name; for a name that nobody has another one's, which costs as much. */
static const char *hash_of(const struct vw_web_config *config, const char *name, bool *ret_known)
{
	const char *hash = config->user[0].hash;

	*ret_known = false;
	for (size_t i = 0; i < config->user_count; i++)
		if (strcmp(config->user[i].name, name) == 0) {
			*ret_known = true;
			hash = config->user[i].hash;
		}
	return hash;
}

static enum vw_auth_answer check(struct vw_auth *auth, const struct vw_web_config *config,
				 struct MHD_Connection *connection, const struct sockaddr *client,
				 const char *name, const char *password, struct vw_attempt **ret,
				 uint64_t now)
{
	struct vw_attempt attempt = {
		.connection = connection, .answer = VW_AUTH_LATER, .network = vw_network_of(client)};
	const char *hash = hash_of(config, name, &attempt.known_user);
	enum vw_auth_answer answer;

	if (strlen(password) >= sizeof(attempt.password) || strlen(hash) >= sizeof(attempt.hash))
		return VW_AUTH_NO;
	if (make_tag(auth,
		     (const char *const[]){attempt.known_user ? "known" : "unknown", name, hash, password},
		     &attempt.tag) != 0)
		return VW_AUTH_TOO_MANY;
	if (remembers(&auth->right, &attempt.tag))
		return VW_AUTH_YES;
	if (remembers(&auth->wrong, &attempt.tag))
		return VW_AUTH_NO;

	memcpy(attempt.hash, hash, strlen(hash) + 1);
	memcpy(attempt.password, password, strlen(password) + 1);
	answer = enqueue(auth, &attempt, ret, now);
	explicit_bzero(&attempt, sizeof(attempt));
	return answer;
}

enum vw_auth_answer vw_auth_check(struct vw_auth *auth, const struct vw_web_config *config,
				  struct MHD_Connection *connection, const struct sockaddr *client,
				  struct vw_attempt **attempt, uint64_t now)
{
	enum vw_auth_answer answer = VW_AUTH_NO;
	char *name, *password = NULL;

	if (*attempt)
		return (*attempt)->answer;
	if (!config || config->user_count == 0)
		return VW_AUTH_YES;

	name = MHD_basic_auth_get_username_password(connection, &password);
	if (name && password)
		answer = check(auth, config, connection, client, name, password, attempt, now);
	if (password)
		explicit_bzero(password, strlen(password));
	MHD_free(password);
	MHD_free(name);
	return answer;
}

void vw_auth_forget(struct vw_attempt *attempt)
{
	free(attempt);
}

/* --- life --------------------------------------------------------------------------------------------- */

void vw_auth_cancel(struct vw_auth *auth)
{
	if (auth->work)
		finish(auth, auth->suspect.at);
	settle_all(auth, VW_AUTH_TOO_MANY);
}

int vw_auth_new(sd_event *event, void (*resumed)(void *context), void *context, struct vw_auth **ret)
{
	struct vw_auth *auth = calloc(1, sizeof(*auth));
	int err = 0;

	if (!auth)
		return -ENOMEM;
	auth->resumed = resumed;
	auth->context = context;
	auth->trusted.left = auth->suspect.left = CREDIT_MAX;
	auth->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (auth->done < 0)
		err = -errno;
	else if (gnutls_rnd(GNUTLS_RND_KEY, &auth->key, sizeof(auth->key)) != 0)
		err = -EIO;
	else
		err = sd_event_add_io(event, &auth->done_source, auth->done, EPOLLIN, on_done, auth);
	if (err < 0) {
		vw_auth_free(auth);
		return err;
	}
	*ret = auth;
	return 0;
}

void vw_auth_free(struct vw_auth *auth)
{
	if (!auth)
		return;
	sd_event_source_unref(auth->done_source);
	if (auth->done >= 0)
		close(auth->done);
	explicit_bzero(&auth->key, sizeof(auth->key));
	free(auth);
}
