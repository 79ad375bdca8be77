/* <spawn.h> has it, since glibc 2.34, only for those who ask for GNU's extensions, as Swift's Glibc does not. The header
   is not included here: what it brings along would belong to this module and be missing in that one. */
extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int from);
