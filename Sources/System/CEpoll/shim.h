#include <sys/epoll.h>
#include <sys/eventfd.h>

// Glibc declares it only under _GNU_SOURCE, with which its types would no longer be those of Swift's own module.
int accept4(int socket, void *address, unsigned int *address_length, int flags);
