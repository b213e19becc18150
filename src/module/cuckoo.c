#include "module/module.h"

struct value call_cuckoo_dns_lookup(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_http_get(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_http_post(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_http_request(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_http_user_agent(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_host(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_tcp(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_udp(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_key_access(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_file_access(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_cuckoo_mutex(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
