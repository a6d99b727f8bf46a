/*
 * library: libssh, loaded when the first machine is reached over SSH. It brings Kerberos and seven more libraries
 * along, and every start of the program would wait for them. Include this instead of <libssh/libssh.h>: the names below
 * then call what was loaded.
 */
#ifndef DETOUR_TRANSPORT_SSH_LIBRARY_H
#define DETOUR_TRANSPORT_SSH_LIBRARY_H

#include <libssh/libssh.h>
#include <stdbool.h>

#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
#define LIBSSH_EXIT_FUNCTION(X) X(ssh_channel_get_exit_state)
#else
#define LIBSSH_EXIT_FUNCTION(X) X(ssh_channel_get_exit_status)
#endif

/* Every function of libssh that is called; one a line, which clang-format would not leave be. */
/* clang-format off */
#define LIBSSH_FUNCTIONS(X) \
    LIBSSH_EXIT_FUNCTION(X) \
    X(ssh_channel_close) \
    X(ssh_channel_free) \
    X(ssh_channel_is_eof) \
    X(ssh_channel_new) \
    X(ssh_channel_open_session) \
    X(ssh_channel_read_nonblocking) \
    X(ssh_channel_read_timeout) \
    X(ssh_channel_request_exec) \
    X(ssh_channel_send_eof) \
    X(ssh_channel_write) \
    X(ssh_clean_pubkey_hash) \
    X(ssh_connect) \
    X(ssh_disconnect) \
    X(ssh_free) \
    X(ssh_get_error) \
    X(ssh_get_fd) \
    X(ssh_get_fingerprint_hash) \
    X(ssh_get_publickey_hash) \
    X(ssh_get_server_publickey) \
    X(ssh_is_connected) \
    X(ssh_key_free) \
    X(ssh_key_type) \
    X(ssh_key_type_from_name) \
    X(ssh_key_type_to_char) \
    X(ssh_new) \
    X(ssh_options_set) \
    X(ssh_pki_export_pubkey_base64) \
    X(ssh_pki_import_privkey_file) \
    X(ssh_pki_import_pubkey_base64) \
    X(ssh_string_free_char) \
    X(ssh_userauth_publickey) \
    X(ssh_userauth_publickey_auto)
/* clang-format on */

struct ssh_library {
#define LIBSSH_MEMBER(name) __typeof__(&name) name;
    LIBSSH_FUNCTIONS(LIBSSH_MEMBER)
#undef LIBSSH_MEMBER
};

/* Filled by ssh_library_load. */
extern struct ssh_library ssh_library;

/* Loads libssh, once; thread-safe. False where it cannot be loaded: *why says what the loader said (may be NULL).
 * Nothing of libssh may be called before. */
bool ssh_library_load(const char **why);

#ifndef LIBSSH_DIRECT
#define ssh_channel_get_exit_state ssh_library.ssh_channel_get_exit_state
#define ssh_channel_get_exit_status ssh_library.ssh_channel_get_exit_status
#define ssh_channel_close ssh_library.ssh_channel_close
#define ssh_channel_free ssh_library.ssh_channel_free
#define ssh_channel_is_eof ssh_library.ssh_channel_is_eof
#define ssh_channel_new ssh_library.ssh_channel_new
#define ssh_channel_open_session ssh_library.ssh_channel_open_session
#define ssh_channel_read_nonblocking ssh_library.ssh_channel_read_nonblocking
#define ssh_channel_read_timeout ssh_library.ssh_channel_read_timeout
#define ssh_channel_request_exec ssh_library.ssh_channel_request_exec
#define ssh_channel_send_eof ssh_library.ssh_channel_send_eof
#define ssh_channel_write ssh_library.ssh_channel_write
#define ssh_clean_pubkey_hash ssh_library.ssh_clean_pubkey_hash
#define ssh_connect ssh_library.ssh_connect
#define ssh_disconnect ssh_library.ssh_disconnect
#define ssh_free ssh_library.ssh_free
#define ssh_get_error ssh_library.ssh_get_error
#define ssh_get_fd ssh_library.ssh_get_fd
#define ssh_get_fingerprint_hash ssh_library.ssh_get_fingerprint_hash
#define ssh_get_publickey_hash ssh_library.ssh_get_publickey_hash
#define ssh_get_server_publickey ssh_library.ssh_get_server_publickey
#define ssh_is_connected ssh_library.ssh_is_connected
#define ssh_key_free ssh_library.ssh_key_free
#define ssh_key_type ssh_library.ssh_key_type
#define ssh_key_type_from_name ssh_library.ssh_key_type_from_name
#define ssh_key_type_to_char ssh_library.ssh_key_type_to_char
#define ssh_new ssh_library.ssh_new
#define ssh_options_set ssh_library.ssh_options_set
#define ssh_pki_export_pubkey_base64 ssh_library.ssh_pki_export_pubkey_base64
#define ssh_pki_import_privkey_file ssh_library.ssh_pki_import_privkey_file
#define ssh_pki_import_pubkey_base64 ssh_library.ssh_pki_import_pubkey_base64
#define ssh_string_free_char ssh_library.ssh_string_free_char
#define ssh_userauth_publickey ssh_library.ssh_userauth_publickey
#define ssh_userauth_publickey_auto ssh_library.ssh_userauth_publickey_auto
#endif

#endif
