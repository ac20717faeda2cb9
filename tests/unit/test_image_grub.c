/* SPDX-License-Identifier: MIT */
/* Configurations of GRUB, and all the entries that each gives: a row is an image. */
#include "tests/unit/image_dump.h"

static const struct image_case conditions_cases[] = {
	{"[ ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ \"\" ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ \"\" ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -n a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -n a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -n \"\" ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -n \"\" ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -z a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -z a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -z \"\" ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -z \"\" ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -s there ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -s there ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -f /boot/grub/there ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -f /boot/grub/there ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -e nowhere ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -e nowhere ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -d /boot ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -d /boot ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a = a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a = a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a == a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a == a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a = b ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a = b ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a == b ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a == b ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a != a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a != a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a != b ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a != b ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ ! a = a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ! a = a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ ! -n a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ! -n a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ ! \"\" ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ! \"\" ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ ! ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ! ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"test a = a",
	 {{"/boot/grub/grub.cfg",
	   "if test a = a; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"test a = b",
	 {{"/boot/grub/grub.cfg",
	   "if test a = b; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"test -n a",
	 {{"/boot/grub/grub.cfg",
	   "if test -n a; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ $root = a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ $root = a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ ! $root = a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ ! $root = a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a -lt b ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a -lt b ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ a -a b ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ a -a b ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -f ($root)/x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -f ($root)/x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ -f (hd0)/there ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ -f (hd0)/there ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"true",
	 {{"/boot/grub/grub.cfg",
	   "if true; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"false",
	 {{"/boot/grub/grub.cfg",
	   "if false; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ $unset = a ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ $unset = a ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ $feature_x = y ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ $feature_x = y ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ $feature_ = y ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ $feature_ = y ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$grub_platform = xefi ]",
	 {{"/boot/grub/grub.cfg", "if [ x$grub_platform = xefi ]; then\nmenuentry yes { true; "
				  "}\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$grub_cpu = x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ x$grub_cpu = x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$cmdpath = x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ x$cmdpath = x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$lang = x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ x$lang = x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$locale_dir = x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ x$locale_dir = x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"[ x$theme = x ]",
	 {{"/boot/grub/grub.cfg",
	   "if [ x$theme = x ]; then\nmenuentry yes { true; }\nelse\nmenuentry no { true; }\nfi\n"},
	  {"/boot/grub/there", "x"},
	  {"/boot/grubenv", "x"}},
	 "entry * grub 'yes' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'no' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
};

static void conditions(void **state)
{
	(void)state;
	ASSERT_CASES(conditions_cases, vw_image_probe_boot, NULL);
}

static const struct image_case branches_cases[] = {
	{"elif after a branch that was taken",
	 {{"/boot/grub/grub.cfg", "if [ a ]; then menuentry 1 { true; }\nelif [ a ]; then menuentry 2 { "
				  "true; }\nelse menuentry 3 { true; }\nfi\nmenuentry 4 { true; }\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '4' @ /boot/grub/grub.cfg:5\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"elif that is taken",
	 {{"/boot/grub/grub.cfg",
	   "if [ a = b ]; then menuentry 1 { true; }\nelif [ a ]; then menuentry 2 { true; }\nelif [ a ]; "
	   "then menuentry 3 { true; }\nelse menuentry 4 { true; }\nfi\n"}},
	 "entry * grub '2' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"else",
	 {{"/boot/grub/grub.cfg", "if [ a = b ]; then menuentry 1 { true; }\nelif [ a = b ]; then menuentry "
				  "2 { true; }\nelse menuentry 3 { true; }\nfi\n"}},
	 "entry * grub '3' @ /boot/grub/grub.cfg:3\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"an open condition lets each branch run",
	 {{"/boot/grub/grub.cfg",
	   "if x; then menuentry 1 { true; }\nelif [ a = b ]; then menuentry 2 { true; }\nelif [ a ]; "
	   "then menuentry 3 { true; }\nelse menuentry 4 { true; }\nfi\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:3\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"within what is not run",
	 {{"/boot/grub/grub.cfg",
	   "if [ a = b ]; then\n if [ a ]; then menuentry 1 { true; }\n elif [ a ]; then menuentry 2 { true; "
	   "}\n else menuentry 3 { true; }\n fi\n set default=1\n menuentry 5 { linux /no; }\n submenu 6 { "
	   "menuentry 7 { linux /no; } }\nfi\nmenuentry 4 { linux /a; }\nmenuentry 8 { true; }\n"}},
	 "entry * grub '4' @ /boot/grub/grub.cfg:10\n"
	 "  kernel /a -> nowhere\n"
	 "entry grub '8' @ /boot/grub/grub.cfg:11\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"loops run once",
	 {{"/boot/grub/grub.cfg",
	   "for i in a b; do menuentry 1 { true; }\ndone\nwhile [ a = b ]; do menuentry 2 { true; "
	   "}\ndone\nuntil x; do menuentry 3 { true; }\ndone\nmenuentry 4 { true; }\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '2' @ /boot/grub/grub.cfg:3\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:5\n"
	 "entry grub '4' @ /boot/grub/grub.cfg:7\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"functions do not run",
	 {{"/boot/grub/grub.cfg", "function f {\n menuentry 1 { true; }\n set default=1\n}\nmenuentry 2 { "
				  "true; }\nmenuentry 3 { true; }\n"}},
	 "entry * grub '2' @ /boot/grub/grub.cfg:5\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:6\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"other blocks run",
	 {{"/boot/grub/grub.cfg", "{ menuentry 1 { true; }\n}\nx {\nmenuentry 2 { true; }\n}\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '2' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"what ends without a beginning",
	 {{"/boot/grub/grub.cfg", "fi\ndone\n}\nelse\nelif [ a ]; then\nmenuentry 1 { true; }\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:6\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a brace closes what was left open in it",
	 {{"/boot/grub/grub.cfg", "menuentry 1 {\nif [ a = b ]; then\nlinux /no\n}\nmenuentry 2 {\nfor i in "
				  "a; do\nlinux /b\n}\nmenuentry 3 { linux /c; }\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '2' @ /boot/grub/grub.cfg:5\n"
	 "  kernel /b -> nowhere\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:9\n"
	 "  kernel /c -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"fi of no if",
	 {{"/boot/grub/grub.cfg", "for i in a; do\nfi\nmenuentry 1 { true; }\ndone\nif [ a = b ]; "
				  "then\ndone\nmenuentry 2 { true; }\nfi\n"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:3\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"loops within what is not run",
	 {{"/boot/grub/grub.cfg", "if [ a = b ]; then\nwhile x; do\nmenuentry 1 { true; }\ndone\nmenuentry 2 "
				  "{ true; }\nfi\nmenuentry 3 { true; }\n"}},
	 "entry * grub '3' @ /boot/grub/grub.cfg:7\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
};

static void branches(void **state)
{
	(void)state;
	ASSERT_CASES(branches_cases, vw_image_probe_boot, NULL);
}

static const struct image_case words_cases[] = {
	{"quotes",
	 {{"/boot/grub/grub.cfg", "menuentry 'a \"b\" $c' { linux /k 'd e' \"f 'g'\" h\\ i \"j\\\"k\" 'l\\m' "
				  "\"n\\o\" \"p\\\\q\" \"\\$r\" ''; }\n"}},
	 "entry * grub 'a \"b\" $c' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline d e f 'g' h i j\"k l\\m n\\o p\\q $r\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"variables",
	 {{"/boot/grub/grub.cfg",
	   "set a=1\nb=2\nset c=\"$a$b\"\nset d='$a'\nmenuentry x { linux /k $a ${b} $c $d $e ${f}g ${a}b "
	   "$ab x$ $$ ${a ${} \"$a ${b}\" '$a' $root $feature_x; }\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:5\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline 1 2 12 $a g 1b x$ $$ ${a ${} 1 2 $a $root y\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a variable that is set again, and one that is removed",
	 {{"/boot/grub/grub.cfg", "set a=1\nset a=longer\nset b=$a\nset a=2\nunset b\nunset\nunset "
				  "c\nmenuentry x { linux /k $a.$b.; }\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:8\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline 2..\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"names that are none",
	 {{"/boot/grub/grub.cfg",
	   "set a-b=1\nset =2\nset 3\n a.c=4\nset d=5=6\nset e=\nmenuentry x { linux /k $a-b $d $e.; }\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:7\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline -b 5=6 .\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"comments, joined lines, semicolons",
	 {{"/boot/grub/grub.cfg", "# menuentry no {\nmenuentry x { # no }\n linux /k a \\\n b#c # no\n ; "
				  "initrd /i; initrd /j ;;\n}\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> nowhere\n"
	 "  initrd /i -> nowhere\n"
	 "  initrd /j -> nowhere\n"
	 "  cmdline a b#c\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"lines of Windows",
	 {{"/boot/grub/grub.cfg", "menuentry x {\r\n linux /k a\r\n}\r\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline a\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the line of an entry",
	 {{"/boot/grub/grub.cfg", "\n\n'\n'\nmenuentry x {\nlinux /k\n}\n\nmenuentry \\\n y { true; }\n"}},
	 "entry * grub 'x' @ /boot/grub/grub.cfg:5\n"
	 "  kernel /k -> nowhere\n"
	 "entry grub 'y' @ /boot/grub/grub.cfg:9\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"braces",
	 {{"/boot/grub/grub.cfg", "menuentry {x} { linux /k {a} }b {; }\n}\n"}},
	 "entry * grub '{x}' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline {a}\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"options of an entry",
	 {{"/boot/grub/grub.cfg",
	   "menuentry --class a --users b --hotkey c --source d --unrestricted 'A' --id x { true; "
	   "}\nmenuentry 'B' --id=y more { true; }\nmenuentry --id { true; }\nsubmenu 'C' --id z { menuentry "
	   "'D' --id w { true; }\n}\nset default=\"z>w\"\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:1\n"
	 "entry grub 'B' @ /boot/grub/grub.cfg:2\n"
	 "entry grub '' @ /boot/grub/grub.cfg:3\n"
	 "entry * grub 'D' @ /boot/grub/grub.cfg:4\n"
	 "default by set default in /boot/grub/grub.cfg:6\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
};

static void words(void **state)
{
	(void)state;
	ASSERT_CASES(words_cases, vw_image_probe_boot, NULL);
}

static const struct image_case commands_cases[] = {
	{"linux and initrd of each kind",
	 {{"/boot/grub/grub.cfg",
	   "menuentry 1 { linux /k a; initrd /i; }\nmenuentry 2 { linux16 /k b; initrd16 /i; }\nmenuentry 3 "
	   "{ linuxefi /k c; initrdefi /i /j; }\nmenuentry 4 { linux --x --y=z /k d; initrd --nounzip /i; "
	   "}\nmenuentry 5 { linux; initrd; linux --x; }\nmenuentry 6 { linux /k e; linux /l f; initrd /i; "
	   "initrd /j; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline a\n"
	 "entry grub '2' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline b\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  initrd /j -> /boot/j\n"
	 "  cmdline c\n"
	 "entry grub '4' @ /boot/grub/grub.cfg:4\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline d\n"
	 "entry grub '5' @ /boot/grub/grub.cfg:5\n"
	 "entry grub '6' @ /boot/grub/grub.cfg:6\n"
	 "  kernel /l -> nowhere\n"
	 "  initrd /i -> /boot/i\n"
	 "  initrd /j -> /boot/j\n"
	 "  cmdline f\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"modules of each kind",
	 {{"/boot/grub/grub.cfg",
	   "menuentry 1 { xen_hypervisor /xen; xen_linux /k a; xen_initrd /i; }\nmenuentry 2 { multiboot "
	   "/xen; module /k placeholder b; module --nounzip /i; }\nmenuentry 3 { multiboot2 /xen; module2 /k "
	   "c; module2 /i placeholder; }\nmenuentry 4 { xen_module /k d; xen_module /i; module; }\nmenuentry "
	   "5 { module /k placeholders e; }\nmodule /no\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub '1' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline a\n"
	 "entry grub '2' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline b\n"
	 "entry grub '3' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline c\n"
	 "entry grub '4' @ /boot/grub/grub.cfg:4\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline d\n"
	 "entry grub '5' @ /boot/grub/grub.cfg:5\n"
	 "  kernel /k -> /boot/k\n"
	 "  cmdline placeholders e\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a kernel without an entry",
	 {{"/boot/grub/grub.cfg", "set root=hd0\nlinux /k a\ninitrd /i\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub '' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline a\n"
	 "  root hd0\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a kernel before the entries",
	 {{"/boot/grub/grub.cfg", "linux /k a\nmenuentry b { linux /k b; }\nset default=1\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub '' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> /boot/k\n"
	 "  cmdline a\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  cmdline b\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"an initrd without an entry",
	 {{"/boot/grub/grub.cfg", "initrd /no\nmenuentry a { true; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"chainloader",
	 {{"/boot/grub/grub.cfg",
	   "menuentry a { chainloader /EFI/Linux/u.efi; }\nmenuentry b { chainloader /EFI/Microsoft/x.efi; "
	   "}\nmenuentry c { chainloader --force ($root)/EFI/Linux/v.efi; }\nmenuentry d { chainloader; "
	   "}\nchainloader /EFI/Linux/no.efi\n"},
	  {"/boot/efi/EFI/Linux/u.efi", "x"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /EFI/Linux/u.efi -> /boot/efi/EFI/Linux/u.efi\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'c' @ /boot/grub/grub.cfg:3\n"
	 "  kernel ($root)/EFI/Linux/v.efi -> nowhere\n"
	 "entry grub 'd' @ /boot/grub/grub.cfg:4\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the root",
	 {{"/boot/grub/grub.cfg",
	   "menuentry a { linux /k; }\nset root=hd0,1\nmenuentry b { linux /k; }\nmenuentry c { set "
	   "root='hd1'; linux /k; }\nmenuentry d { linux /k; }\nmenuentry e { search --no-floppy --set=root "
	   "x; linux /k; }\nmenuentry f { search --set x; linux /k; }\nmenuentry g { search -s x; linux /k; "
	   "}\nmenuentry h { search --set=dev x; linux ($dev)/k $dev; }\nmenuentry i { root=hd2; xen_linux "
	   "/k; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /k -> /boot/k\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /k -> /boot/k\n"
	 "  root hd0,1\n"
	 "entry grub 'c' @ /boot/grub/grub.cfg:4\n"
	 "  kernel /k -> /boot/k\n"
	 "  root hd1\n"
	 "entry grub 'd' @ /boot/grub/grub.cfg:5\n"
	 "  kernel /k -> /boot/k\n"
	 "  root hd0,1\n"
	 "entry grub 'e' @ /boot/grub/grub.cfg:6\n"
	 "  kernel /k -> /boot/k\n"
	 "entry grub 'f' @ /boot/grub/grub.cfg:7\n"
	 "  kernel /k -> /boot/k\n"
	 "entry grub 'g' @ /boot/grub/grub.cfg:8\n"
	 "  kernel /k -> /boot/k\n"
	 "entry grub 'h' @ /boot/grub/grub.cfg:9\n"
	 "  kernel (dev)/k -> /boot/k\n"
	 "  cmdline dev\n"
	 "  root hd0,1\n"
	 "entry grub 'i' @ /boot/grub/grub.cfg:10\n"
	 "  kernel /k -> /boot/k\n"
	 "  root hd2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"devices in paths",
	 {{"/boot/grub/grub.cfg",
	   "menuentry a { linux ($root)/k; initrd (hd0,gpt1)/i ($root)/boot/j; }\nmenuentry b { linux "
	   "/@/boot/k; initrd /BOOT/debian@/boot/i; }\nmenuentry c { linux /@boot/k; initrd /@; }\nmenuentry "
	   "d { linux k; initrd boot/i; }\nmenuentry e { linux (hd0; initrd ()/i; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel ($root)/k -> /boot/k\n"
	 "  initrd (hd0,gpt1)/i -> /boot/i\n"
	 "  initrd ($root)/boot/j -> /boot/j\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /@/boot/k -> /boot/k\n"
	 "  initrd /BOOT/debian@/boot/i -> /boot/i\n"
	 "entry grub 'c' @ /boot/grub/grub.cfg:3\n"
	 "  kernel /@boot/k -> /boot/k\n"
	 "  initrd /@ -> nowhere\n"
	 "entry grub 'd' @ /boot/grub/grub.cfg:4\n"
	 "  kernel k -> /boot/k\n"
	 "  initrd boot/i -> /boot/i\n"
	 "entry grub 'e' @ /boot/grub/grub.cfg:5\n"
	 "  kernel (hd0 -> nowhere\n"
	 "  initrd ()/i -> /boot/i\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"places of files",
	 {{"/boot/grub/grub.cfg", "menuentry a { linux /a; initrd /b /c /d /e; }\n"},
	  {"/boot/a", "x"},
	  {"/boot/efi/b", "x"},
	  {"/efi/c", "x"},
	  {"/d", "x"},
	  {"/boot/d", "x"},
	  {"/boot/grub/e", "x"},
	  {"/boot/e/x", ""}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /a -> /boot/a\n"
	 "  initrd /b -> /boot/efi/b\n"
	 "  initrd /c -> /efi/c\n"
	 "  initrd /d -> /d\n"
	 "  initrd /e -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"source",
	 {{"/boot/grub/grub.cfg", "source x.cfg\n. /boot/grub/y.cfg\nsource $prefix/z.cfg\nsource\nsource "
				  "/lost\nmenuentry a { source x.cfg; }\n"},
	  {"/boot/grub/x.cfg", "\nmenuentry x { linux /k $v; }\n"},
	  {"/boot/grub/y.cfg", "set v=1\n"},
	  {"/boot/grub/z.cfg", "source x.cfg\nmenuentry z { linux /k $config_directory; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub 'x' @ /boot/grub/x.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "entry grub 'x' @ /boot/grub/x.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  cmdline 1\n"
	 "entry grub 'z' @ /boot/grub/z.cfg:2\n"
	 "  kernel /k -> /boot/k\n"
	 "  cmdline /boot/grub\n"
	 "entry grub 'a' @ /boot/grub/grub.cfg:6\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"source five deep",
	 {{"/boot/grub/grub.cfg", "menuentry 0 { true; }\nsource 1\n"},
	  {"/boot/grub/1", "source 2\nmenuentry 1 { true; }\n"},
	  {"/boot/grub/2", "source 3\nmenuentry 2 { true; }\n"},
	  {"/boot/grub/3", "source 4\nmenuentry 3 { true; }\n"},
	  {"/boot/grub/4", "source 5\nmenuentry 4 { true; }\n"},
	  {"/boot/grub/5", "menuentry no { true; }\n"}},
	 "entry * grub '0' @ /boot/grub/grub.cfg:1\n"
	 "entry grub '4' @ /boot/grub/4:2\n"
	 "entry grub '3' @ /boot/grub/3:2\n"
	 "entry grub '2' @ /boot/grub/2:2\n"
	 "entry grub '1' @ /boot/grub/1:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"configfile",
	 {{"/boot/grub/grub.cfg", "configfile x.cfg\n"},
	  {"/boot/grub/x.cfg", "menuentry x { linux /k; }\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry * grub 'x' @ /boot/grub/x.cfg:1\n"
	 "  kernel /k -> /boot/k\n"
	 "default by the first entry of /boot/grub/x.cfg\n"
	 "grub: '/boot/grub/x.cfg' @ /boot/grub/x.cfg\n"},
	{"the last configfile, and none within an entry",
	 {{"/boot/grub/grub.cfg", "configfile lost.cfg\nextract_entries_configfile "
				  "x.cfg\nconfigfile\nfunction f {\nconfigfile no.cfg\n}\n"},
	  {"/boot/grub/x.cfg", "menuentry x { configfile /boot/grub/no.cfg; }\n"},
	  {"/boot/grub/no.cfg", "menuentry no { true; }\n"}},
	 "entry * grub 'x' @ /boot/grub/x.cfg:1\n"
	 "default by the first entry of /boot/grub/x.cfg\n"
	 "grub: '/boot/grub/x.cfg' @ /boot/grub/x.cfg\n"},
	{"configfile of a file that was read",
	 {{"/boot/grub/grub.cfg", "configfile /boot/grub2/grub.cfg\n"},
	  {"/boot/grub2/grub.cfg", "configfile /boot/grub/grub.cfg\n"}},
	 "grub: malformed @ /boot/grub/grub.cfg\n"},
	{"configurations of vendors",
	 {{"/boot/efi/EFI/b/grub.cfg", "configfile ($x)/boot/grub/y.cfg\n"},
	  {"/efi/EFI/a/grub.cfg", "menuentry no { true; }\n"},
	  {"/boot/efi/EFI/file", "x"},
	  {"/boot/grub/y.cfg", "menuentry y { true; }\n"}},
	 "entry * grub 'no' @ /efi/EFI/a/grub.cfg:1\n"
	 "default by the first entry of /efi/EFI/a/grub.cfg\n"
	 "grub: '/efi/EFI/a/grub.cfg' @ /efi/EFI/a/grub.cfg\n"},
	{"the other folder",
	 {{"/boot/grub2/grub.cfg", "menuentry a { linux /k $prefix; }\n"}},
	 "entry * grub 'a' @ /boot/grub2/grub.cfg:1\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline /boot/grub2\n"
	 "default by the first entry of /boot/grub2/grub.cfg\n"
	 "grub: '/boot/grub2/grub.cfg' @ /boot/grub2/grub.cfg\n"},
	{"an ESP of its own",
	 {{"/efi/EFI/a/grub.cfg", "menuentry a { true; }\n"}},
	 "entry * grub 'a' @ /efi/EFI/a/grub.cfg:1\n"
	 "default by the first entry of /efi/EFI/a/grub.cfg\n"
	 "grub: '/efi/EFI/a/grub.cfg' @ /efi/EFI/a/grub.cfg\n"},
	{"a folder instead of a file",
	 {{"/boot/grub/grub.cfg", "menuentry a { linux /boot/f; initrd /boot/f; }\nif [ -f /boot/f ]; then "
				  "menuentry no { true; }\nfi\n"},
	  {"/boot/f/x", ""}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "  kernel /boot/f -> nowhere\n"
	 "  initrd /boot/f -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a configuration that is a folder",
	 {{"/boot/grub/grub.cfg/x", ""}, {"/boot/grub2/grub.cfg", ""}},
	 "grub: malformed @ /boot/grub/grub.cfg\n"
	 "unread /boot/grub/grub.cfg EINVAL\n"},
};

static void commands(void **state)
{
	(void)state;
	ASSERT_CASES(commands_cases, vw_image_probe_boot, NULL);
}

static const struct image_case defaults_cases[] = {
	{"none",
	 {{"/boot/grub/grub.cfg", "menuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' "
				  "--id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; "
				  "}\nmenuentry 'E' { true; }\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:1\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:3\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:5\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:9\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"empty",
	 {{"/boot/grub/grub.cfg",
	   "set default=\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 0",
	 {{"/boot/grub/grub.cfg",
	   "set default='0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1",
	 {{"/boot/grub/grub.cfg",
	   "set default='1'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 2",
	 {{"/boot/grub/grub.cfg",
	   "set default='2'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 3",
	 {{"/boot/grub/grub.cfg",
	   "set default='3'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 3\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 00",
	 {{"/boot/grub/grub.cfg",
	   "set default='00'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>0",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>1",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>1'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry * grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>1>0",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>1>0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry * grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>1>1",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>1>1'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry * grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>1>2",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>1>2'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 1>1>2\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default A",
	 {{"/boot/grub/grub.cfg",
	   "set default='A'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default a",
	 {{"/boot/grub/grub.cfg",
	   "set default='a'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default S",
	 {{"/boot/grub/grub.cfg",
	   "set default='S'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default s",
	 {{"/boot/grub/grub.cfg",
	   "set default='s'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default F",
	 {{"/boot/grub/grub.cfg",
	   "set default='F'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default f",
	 {{"/boot/grub/grub.cfg",
	   "set default='f'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default S>B>>C",
	 {{"/boot/grub/grub.cfg",
	   "set default='S>B>>C'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default s>b",
	 {{"/boot/grub/grub.cfg",
	   "set default='s>b'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default S>T>E",
	 {{"/boot/grub/grub.cfg",
	   "set default='S>T>E'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry * grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default s>t",
	 {{"/boot/grub/grub.cfg",
	   "set default='s>t'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry * grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default s>T>D",
	 {{"/boot/grub/grub.cfg",
	   "set default='s>T>D'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry * grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default B>>C",
	 {{"/boot/grub/grub.cfg",
	   "set default='B>>C'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost B>>C\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default S>B>C",
	 {{"/boot/grub/grub.cfg",
	   "set default='S>B>C'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id "
	   "b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost S>B>C\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 2>0",
	 {{"/boot/grub/grub.cfg",
	   "set default='2>0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default A>x",
	 {{"/boot/grub/grub.cfg",
	   "set default='A>x'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 9999999",
	 {{"/boot/grub/grub.cfg",
	   "set default='9999999'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' "
	   "--id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 9999999\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 12345678",
	 {{"/boot/grub/grub.cfg",
	   "set default='12345678'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' "
	   "--id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 12345678\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 0x0",
	 {{"/boot/grub/grub.cfg",
	   "set default='0x0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b "
	   "{ true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 0x0\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default 1>",
	 {{"/boot/grub/grub.cfg",
	   "set default='1>'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost 1>\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default >0",
	 {{"/boot/grub/grub.cfg",
	   "set default='>0'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost >0\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"default -1",
	 {{"/boot/grub/grub.cfg",
	   "set default='-1'\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' --id b { "
	   "true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; }\n}\n}\nmenuentry "
	   "'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost -1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the last one holds",
	 {{"/boot/grub/grub.cfg",
	   "set default=0\nset default=2\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry "
	   "'B>C' --id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:3\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:5\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:8\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:11\n"
	 "default by set default in /boot/grub/grub.cfg:2\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"set within an entry",
	 {{"/boot/grub/grub.cfg",
	   "set default=1\nmenuentry a { set default=0; linux /k; }\nmenuentry b { true; }\n"}},
	 "entry grub 'a' @ /boot/grub/grub.cfg:2\n"
	 "  kernel /k -> nowhere\n"
	 "entry * grub 'b' @ /boot/grub/grub.cfg:3\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a saved one",
	 {{"/boot/grub/grub.cfg",
	   "load_env\nset default=$saved_entry\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s "
	   "{\nmenuentry 'B>C' --id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry "
	   "'E' { true; }\n}\n}\nmenuentry 'F' --id f { true; }\n"},
	  {"/boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=2\n"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:3\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:5\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:8\n"
	 "entry * grub 'F' @ /boot/grub/grub.cfg:11\n"
	 "default by saved_entry in /boot/grub/grubenv\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the next one",
	 {{"/boot/grub/grub.cfg",
	   "load_env\nif [ $next_entry ]; then\nset default=$next_entry\nset next_entry=\nelse\nset "
	   "default=$saved_entry\nfi\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' "
	   "--id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"},
	  {"/boot/grub/grubenv", "saved_entry=0\nnext_entry=s>b\n#####"}},
	 "entry grub 'A' @ /boot/grub/grub.cfg:8\n"
	 "entry * grub 'B>C' @ /boot/grub/grub.cfg:10\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:12\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:13\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:16\n"
	 "default by next_entry in /boot/grub/grubenv\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a saved one without a block",
	 {{"/boot/grub/grub.cfg",
	   "set default=$saved_entry\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s {\nmenuentry 'B>C' "
	   "--id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry 'E' { true; "
	   "}\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:2\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:10\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"an escape in the block",
	 {{"/boot/grub/grub.cfg",
	   "load_env\nset default=$a\nset default=$b\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s "
	   "{\nmenuentry 'B>C' --id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry "
	   "'E' { true; }\n}\n}\nmenuentry 'F' --id f { true; }\n"},
	  {"/boot/grub/grubenv", "a=0\nb=S>B>>\\C\\\nno-name=x\n=y\nc\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:4\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:6\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:8\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:9\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:12\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "default lost S>B>>C\\\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"boots are counted, the last one was good",
	 {{"/boot/grub2/grub.cfg",
	   "load_env\nset default=\"${saved_entry}\"\nif [ -n \"${boot_counter}\" -a \"${boot_success}\" = "
	   "\"0\" ]; then\nif [ \"${boot_counter}\" = \"0\" -o \"${boot_counter}\" = \"-1\" ]; then\nset "
	   "default=1\nelse\ndecrement boot_counter\nfi\nfi\nblscfg\n"},
	  {"/boot/grub2/grubenv", "saved_entry=m-6.1\nboot_success=1\n"},
	  {"/boot/loader/entries/m-6.1.conf", "linux /k\n"},
	  {"/boot/loader/entries/m-0-rescue.conf", "linux /r\n"}},
	 "entry * bls 'm-6.1' @ /boot/loader/entries/m-6.1.conf\n"
	 "  kernel /k -> nowhere\n"
	 "entry bls 'm-0-rescue' @ /boot/loader/entries/m-0-rescue.conf\n"
	 "  kernel /r -> nowhere\n"
	 "default by saved_entry in /boot/grub2/grubenv\n"
	 "grub: '/boot/grub2/grub.cfg' @ /boot/grub2/grub.cfg\n"},
	{"boots are counted, none is left",
	 {{"/boot/grub2/grub.cfg",
	   "load_env\nset default=\"${saved_entry}\"\nif [ -n \"${boot_counter}\" -a \"${boot_success}\" = "
	   "\"0\" ]; then\nif [ \"${boot_counter}\" = \"0\" -o \"${boot_counter}\" = \"-1\" ]; then\nset "
	   "default=1\nelse\ndecrement boot_counter\nfi\nfi\nblscfg\n"},
	  {"/boot/grub2/grubenv", "saved_entry=m-6.1\nboot_success=0\nboot_counter=0\n"},
	  {"/boot/loader/entries/m-6.1.conf", "linux /k\n"},
	  {"/boot/loader/entries/m-0-rescue.conf", "linux /r\n"}},
	 "entry bls 'm-6.1' @ /boot/loader/entries/m-6.1.conf\n"
	 "  kernel /k -> nowhere\n"
	 "entry * bls 'm-0-rescue' @ /boot/loader/entries/m-0-rescue.conf\n"
	 "  kernel /r -> nowhere\n"
	 "default by set default in /boot/grub2/grub.cfg:5\n"
	 "grub: '/boot/grub2/grub.cfg' @ /boot/grub2/grub.cfg\n"},
	{"a default that only the machine may set",
	 {{"/boot/grub/grub.cfg",
	   "set default=0\nif [ $grub_platform = efi ]; then\nset default=1\nfi\nmenuentry a { true; "
	   "}\nmenuentry b { true; }\n"}},
	 "entry grub 'a' @ /boot/grub/grub.cfg:5\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:6\n"
	 "default by set default in /boot/grub/grub.cfg:3\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the block of the other folder",
	 {{"/boot/grub/grub.cfg",
	   "load_env\nset default=$saved_entry\nmenuentry 'A' --id a { true; }\nsubmenu 'S' --id s "
	   "{\nmenuentry 'B>C' --id b { true; }\nsubmenu 'T' --id t {\nmenuentry 'D' { true; }\nmenuentry "
	   "'E' { true; }\n}\n}\nmenuentry 'F' --id f { true; }\n"}},
	 "entry * grub 'A' @ /boot/grub/grub.cfg:3\n"
	 "entry grub 'B>C' @ /boot/grub/grub.cfg:5\n"
	 "entry grub 'D' @ /boot/grub/grub.cfg:7\n"
	 "entry grub 'E' @ /boot/grub/grub.cfg:8\n"
	 "entry grub 'F' @ /boot/grub/grub.cfg:11\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a menu that is empty",
	 {{"/boot/grub/grub.cfg", "submenu s {\n}\nmenuentry a { true; }\n"}},
	 "entry grub 'a' @ /boot/grub/grub.cfg:3\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a menu that begins with a menu",
	 {{"/boot/grub/grub.cfg",
	   "submenu s {\nsubmenu t {\nmenuentry a { true; }\n}\n}\nmenuentry b { true; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:3\n"
	 "entry grub 'b' @ /boot/grub/grub.cfg:6\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a block of /boot/grub2",
	 {{"/boot/efi/EFI/x/grub.cfg",
	   "load_env\nset default=$saved_entry\nmenuentry a { true; }\nmenuentry b { true; }\n"},
	  {"/boot/grub2/grubenv", "saved_entry=1\n"},
	  {"/boot/grub/grubenv", "saved_entry=0\n"}},
	 "entry grub 'a' @ /boot/efi/EFI/x/grub.cfg:3\n"
	 "entry * grub 'b' @ /boot/efi/EFI/x/grub.cfg:4\n"
	 "default by saved_entry in /boot/grub2/grubenv\n"
	 "grub: '/boot/efi/EFI/x/grub.cfg' @ /boot/efi/EFI/x/grub.cfg\n"},
	{"a block of /boot/grub",
	 {{"/boot/efi/EFI/x/grub.cfg",
	   "load_env\nset default=$saved_entry\nmenuentry a { true; }\nmenuentry b { true; }\n"},
	  {"/boot/grub/grubenv", "saved_entry=1\n"}},
	 "entry grub 'a' @ /boot/efi/EFI/x/grub.cfg:3\n"
	 "entry * grub 'b' @ /boot/efi/EFI/x/grub.cfg:4\n"
	 "default by saved_entry in /boot/grub/grubenv\n"
	 "grub: '/boot/efi/EFI/x/grub.cfg' @ /boot/efi/EFI/x/grub.cfg\n"},
};

static void defaults(void **state)
{
	(void)state;
	ASSERT_CASES(defaults_cases, vw_image_probe_boot, NULL);
}

static const struct image_case blscfg_cases[] = {
	{"entries by their names, newest first",
	 {{"/boot/grub/grub.cfg",
	   "set root=hd0\nset kernelopts='x y'\nblscfg\nblscfg\nmenuentry z { true; }\nset default=m-6.1\n"},
	  {"/boot/loader/entries/m-6.1.conf",
	   "title A\nversion 6.1\nlinux /k\ninitrd /i $tuned_initrd\noptions $kernelopts a $unset\nid no\n"},
	  {"/boot/loader/entries/m-6.10.conf", "linux /${v}k\n"},
	  {"/boot/loader/entries/m-6.9.conf", "title B\ninitrd /i\ninitrd /j\n"},
	  {"/boot/k", "x"},
	  {"/boot/i", "x"},
	  {"/boot/j", "x"}},
	 "entry bls 'm-6.10' @ /boot/loader/entries/m-6.10.conf\n"
	 "  kernel /k -> /boot/k\n"
	 "  root hd0\n"
	 "entry bls 'B' @ /boot/loader/entries/m-6.9.conf\n"
	 "  initrd /i -> /boot/i\n"
	 "  initrd /j -> /boot/j\n"
	 "  root hd0\n"
	 "entry * bls 'A' @ /boot/loader/entries/m-6.1.conf\n"
	 "  kernel /k -> /boot/k\n"
	 "  initrd /i -> /boot/i\n"
	 "  cmdline x y a\n"
	 "  root hd0\n"
	 "entry grub 'z' @ /boot/grub/grub.cfg:5\n"
	 "default by set default in /boot/grub/grub.cfg:6\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"variables of the block",
	 {{"/boot/grub/grub.cfg", "blscfg\n"},
	  {"/boot/grub/grubenv", "kernelopts=root=/dev/x ro\nsaved_entry=a\n"},
	  {"/boot/loader/entries/a.conf", "linux /k\noptions $kernelopts\n"}},
	 "entry * bls 'a' @ /boot/loader/entries/a.conf\n"
	 "  kernel /k -> nowhere\n"
	 "  cmdline root=/dev/x ro\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"within an entry",
	 {{"/boot/grub/grub.cfg", "menuentry a { blscfg; }\n"},
	  {"/boot/loader/entries/a.conf", "linux /no\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:1\n"
	 "entry bls 'a' @ /boot/loader/entries/a.conf\n"
	 "  kernel /no -> nowhere\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"another folder",
	 {{"/boot/grub/grub.cfg", "blscfg\n"},
	  {"/loader/entries/a.conf", "title A\n"},
	  {"/boot/efi/loader/entries/b.conf", "title no\n"}},
	 "entry * bls 'A' @ /loader/entries/a.conf\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"the ESP's folder",
	 {{"/boot/grub/grub.cfg", "blscfg\n"},
	  {"/boot/efi/loader/entries/b.conf", "title B\n"},
	  {"/efi/loader/entries/c.conf", "title no\n"}},
	 "entry * bls 'B' @ /boot/efi/loader/entries/b.conf\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"an ESP of its own",
	 {{"/boot/grub/grub.cfg", "blscfg\n"}, {"/efi/loader/entries/c.conf", "title C\n"}},
	 "entry * bls 'C' @ /efi/loader/entries/c.conf\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a file, and the next folder",
	 {{"/boot/grub/grub.cfg", "blscfg\n"},
	  {"/boot/loader/entries", "x"},
	  {"/loader/entries/a.conf", "title A\n"}},
	 "entry * bls 'A' @ /loader/entries/a.conf\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"no folder",
	 {{"/boot/grub/grub.cfg", "blscfg\nmenuentry a { true; }\n"}},
	 "entry * grub 'a' @ /boot/grub/grub.cfg:2\n"
	 "default by the first entry of /boot/grub/grub.cfg\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
	{"a default by its title",
	 {{"/boot/grub/grub.cfg", "set default='B'\nblscfg\n"},
	  {"/boot/loader/entries/a.conf", "title A\n"},
	  {"/boot/loader/entries/b.conf", "title B\n"}},
	 "entry * bls 'B' @ /boot/loader/entries/b.conf\n"
	 "entry bls 'A' @ /boot/loader/entries/a.conf\n"
	 "default by set default in /boot/grub/grub.cfg:1\n"
	 "grub: '/boot/grub/grub.cfg' @ /boot/grub/grub.cfg\n"},
};

static void blscfg(void **state)
{
	(void)state;
	ASSERT_CASES(blscfg_cases, vw_image_probe_boot, NULL);
}

static const struct image_case intent_cases[] = {
	{"each file",
	 {{"/etc/default/grub",
	   " GRUB_A=1\nGRUB_DEFAULT=saved # x\n\nexport GRUB_B=2\nA=3\n#GRUB_C=4\nGRUBBY=5\n"},
	  {"/etc/kernel/cmdline", "root=/dev/a\n# c\n"},
	  {"/usr/lib/kernel/cmdline", "root=/dev/b\n"},
	  {"/etc/sysconfig/kernel",
	   "DEFAULTKERNEL=kernel\nGRUB_X=1\nUPDATEDEFAULT=yes\nexport DEFAULTKERNEL=k2\n"},
	  {"/etc/default/grub.d/b.cfg", "GRUB_B=1\n"},
	  {"/etc/default/grub.d/a.cfg", "GRUB_A=1\nX=1\n"},
	  {"/etc/default/grub.d/c.txt", "GRUB_C=1\n"}},
	 "intent: 'GRUB_A=1' @ /etc/default/grub:1\n"
	 "intent: 'GRUB_DEFAULT=saved # x' @ /etc/default/grub:2\n"
	 "intent: 'GRUB_B=2' @ /etc/default/grub:4\n"
	 "intent: 'root=/dev/a' @ /etc/kernel/cmdline:1\n"
	 "intent: 'DEFAULTKERNEL=kernel' @ /etc/sysconfig/kernel:1\n"
	 "intent: 'GRUB_X=1' @ /etc/sysconfig/kernel:2\n"
	 "intent: 'DEFAULTKERNEL=k2' @ /etc/sysconfig/kernel:4\n"
	 "intent: 'root=/dev/b' @ /usr/lib/kernel/cmdline:1\n"
	 "intent: 'GRUB_A=1' @ /etc/default/grub.d/a.cfg:1\n"
	 "intent: 'GRUB_B=1' @ /etc/default/grub.d/b.cfg:1\n"},
	{"folders",
	 {{"/etc/default/grub/x", ""}, {"/etc/default/grub.d", "x"}},
	 "intent: malformed\n"
	 "unread /etc/default/grub EINVAL\n"},
};

static void intent(void **state)
{
	(void)state;
	ASSERT_CASES(intent_cases, vw_image_probe_boot, NULL);
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(conditions), TEST(branches), TEST(words),  TEST(commands),
		TEST(defaults),   TEST(blscfg),   TEST(intent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
