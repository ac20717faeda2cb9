/* SPDX-License-Identifier: MIT */
#include "agent/negotiate.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

/* A part of a header's value. */
struct span {
	const char *text;
	size_t length;
};

/* Qualities are thousandths: RFC 9110, section 12.4.2 allows three decimals. */
enum { QUALITY_MAX = 1000, NOT_NAMED = -1 };

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trimmed(struct span span)
{
	while (span.length > 0 && is_space(span.text[0])) {
		span.text++;
		span.length--;
	}
	while (span.length > 0 && is_space(span.text[span.length - 1]))
		span.length--;
	return span;
}

static bool is(struct span span, const char *word)
{
	return span.length == strlen(word) && strncasecmp(span.text, word, span.length) == 0;
}

/* Takes what comes before the next @separator off @rest; a separator within quotes does not count. */
static bool next_part(struct span *rest, char separator, struct span *ret)
{
	bool quoted = false;
	size_t i;

	if (!rest->text)
		return false;
	for (i = 0; i < rest->length && (quoted || rest->text[i] != separator); i++) {
		if (rest->text[i] == '"')
			quoted = !quoted;
		else if (quoted && rest->text[i] == '\\' && i + 1 < rest->length)
			i++;
	}

	*ret = trimmed((struct span){rest->text, i});
	if (i < rest->length)
		*rest = (struct span){rest->text + i + 1, rest->length - i - 1};
	else
		rest->text = NULL;
	return true;
}

static struct span whole(const char *text)
{
	return (struct span){text, text ? strlen(text) : 0};
}

/* "0.75" is 750. What is no quality counts as 0: it is not asked for. */
static int parse_quality(struct span span)
{
	int quality = 0, scale = QUALITY_MAX;

	for (size_t i = 0; i < span.length; i++) {
		if (i == 1 && span.text[i] == '.')
			continue;
		if (i > 4 || i == 1 || span.text[i] < '0' || span.text[i] > '9')
			return 0;
		quality += (span.text[i] - '0') * scale;
		scale /= 10;
	}
	return quality <= QUALITY_MAX ? quality : 0;
}

/* The value of "name=value", without its quotes. */
static bool parameter(struct span part, const char *name, struct span *ret)
{
	struct span key, value = part;

	if (!next_part(&value, '=', &key) || !value.text || !is(key, name))
		return false;
	value = trimmed(value);
	if (value.length >= 2 && value.text[0] == '"' && value.text[value.length - 1] == '"')
		value = (struct span){value.text + 1, value.length - 2};
	*ret = value;
	return true;
}

struct choice {
	struct span name, version; /* version.text is NULL where none is named */
	int quality;
};

/* The next of "a;q=0.5, b;version=1". */
static bool next_choice(struct span *rest, struct choice *ret)
{
	struct span element, part, value;

	if (!next_part(rest, ',', &element))
		return false;
	*ret = (struct choice){.quality = QUALITY_MAX};
	next_part(&element, ';', &ret->name);
	while (next_part(&element, ';', &part)) {
		if (parameter(part, "q", &value))
			ret->quality = parse_quality(value);
		else if (parameter(part, "version", &value))
			ret->version = value;
	}
	return true;
}

static void raise(int *quality, int to)
{
	if (to > *quality)
		*quality = to;
}

bool vwd_client_accepts_openmetrics(const char *accept)
{
	int openmetrics = NOT_NAMED, text = NOT_NAMED;
	struct span rest = whole(accept);
	struct choice choice;

	while (next_choice(&rest, &choice)) {
		if (is(choice.name, "application/openmetrics-text")) {
			if (!choice.version.text || is(choice.version, "1.0.0"))
				raise(&openmetrics, choice.quality);
		} else if (is(choice.name, "text/plain")) {
			raise(&text, choice.quality);
		}
	}
	return openmetrics > 0 && openmetrics >= text;
}

bool vwd_client_accepts_gzip(const char *accept_encoding)
{
	int gzip = NOT_NAMED, any = NOT_NAMED;
	struct span rest = whole(accept_encoding);
	struct choice choice;

	while (next_choice(&rest, &choice)) {
		if (is(choice.name, "gzip") || is(choice.name, "x-gzip"))
			raise(&gzip, choice.quality);
		else if (is(choice.name, "*"))
			raise(&any, choice.quality);
	}
	return gzip > 0 || (gzip == NOT_NAMED && any > 0);
}

bool vwd_etag_matches(const char *if_none_match, const char *etag)
{
	struct span rest = whole(if_none_match), one;

	while (next_part(&rest, ',', &one)) {
		if (one.length >= 2 && strncmp(one.text, "W/", 2) == 0)
			one = (struct span){one.text + 2, one.length - 2};
		if (is(one, "*") || (one.length == strlen(etag) && memcmp(one.text, etag, one.length) == 0))
			return true;
	}
	return false;
}

bool vwd_is_header_name(const char *name)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return *name && !name[strspn(name, token)];
}

bool vwd_host_is_local(const char *host)
{
	bool bracket = host && *host == '[';
	size_t length = host ? strcspn(host, bracket ? "]" : ":") : 0;
	const char *port = host ? host + length : NULL;
	char name[1 + INET6_ADDRSTRLEN] = "";
	struct in6_addr address;

	if (!host || length >= sizeof(name) || (bracket && *port++ != ']'))
		return false;
	if (*port && (*port != ':' || port[1 + strspn(port + 1, "0123456789")]))
		return false;
	memcpy(name, host + bracket, length - bracket);
	if (bracket)
		return inet_pton(AF_INET6, name, &address) == 1;
	return strcasecmp(name, "localhost") == 0 || inet_pton(AF_INET, name, &address) == 1;
}
