/// Read a data set in shuffled, resumable batches from C, or from any language that calls C.
///
/// No function throws or prints. Those that can fail return a negative number or NULL, and hutch_loader_error() says why. A
/// loader belongs to one thread at a time; different loaders, and batches, may be used by different threads.
#ifndef HUTCH_LOADER_H
#define HUTCH_LOADER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HUTCH_LOADER_API __attribute__((visibility("default")))
#else
#define HUTCH_LOADER_API
#endif

/// Counts changes that break programs compiled before them.
#define HUTCH_LOADER_ABI 1

/// Return HUTCH_LOADER_ABI of the library that runs, and its version as text.
HUTCH_LOADER_API int hutch_loader_abi(void);
HUTCH_LOADER_API char const* hutch_loader_version(void);

/// Return why the last call in this thread failed: `'<name>' <is what>; expected <rule>; <next step>`. Valid until the next
/// call that fails in this thread.
HUTCH_LOADER_API char const* hutch_loader_error(void);

typedef struct hutch_loader hutch_loader;
typedef struct hutch_batch hutch_batch;

/// What is read and in which order. hutch_loader_defaults() fills it in; it is needed, because it says the size.
typedef struct hutch_loader_options {
    size_t size;             ///< of this struct, as the program was compiled
    char const* path;        ///< folder of the data set, or one HDF5 or .npy file
    char const* split;       ///< "train" ...; NULL: all records
    char const* fields;      ///< names with a comma between them; NULL: features and labels
    char const* dtypes;      ///< "name=float32,other=int64": other types than stored; NULL: none
    char const* shuffle;     ///< "none" (NULL too), "records" or "blocks"
    char const* ends;        ///< "drop" (NULL too), "pad" or "uneven": records that do not divide by `world`
    uint64_t seed, rank, world;
    uint64_t batch;          ///< records
    int drop_last;           ///< not 0: leave out a last batch that is not full
    unsigned workers, ahead; ///< threads that read ahead, and batches that wait; 0 ahead: two more than threads
} hutch_loader_options;

/// 256 records, no shuffle, two threads, rank 0 of 1.
HUTCH_LOADER_API void hutch_loader_defaults(hutch_loader_options* options);

/// Open a data set. Return NULL when that fails.
HUTCH_LOADER_API hutch_loader* hutch_loader_open(hutch_loader_options const* options);
/// Close it. Batches stay until they are released. NULL is allowed.
HUTCH_LOADER_API void hutch_loader_close(hutch_loader* loader);

/// Return the records and batches of an epoch of this rank, and where the next batch stands.
HUTCH_LOADER_API uint64_t hutch_loader_records(hutch_loader const* loader);
HUTCH_LOADER_API uint64_t hutch_loader_batches(hutch_loader const* loader);
HUTCH_LOADER_API uint64_t hutch_loader_epoch(hutch_loader const* loader);
HUTCH_LOADER_API uint64_t hutch_loader_position(hutch_loader const* loader);

/// Put the next batch into *batch. Return 1, or 0 once at the end of each epoch, or -1.
HUTCH_LOADER_API int hutch_loader_next(hutch_loader* loader, hutch_batch** batch);
/// Go to the start of an epoch. Return 0 or -1.
HUTCH_LOADER_API int hutch_loader_start(hutch_loader* loader, uint64_t epoch);

/// Write where the next batch stands as JSON of less than 400 bytes plus the version of the data set. Return the length
/// without the zero at its end, whether or not `size` holds it, or -1.
HUTCH_LOADER_API int64_t hutch_loader_state(hutch_loader const* loader, char* to, size_t size);
/// Go on from such a place with exactly the batches that would have come. Return 0, or -1 when data set or options differ.
HUTCH_LOADER_API int hutch_loader_set_state(hutch_loader* loader, char const* state);

/// Fields are counted from 0, in the order of `fields`.
HUTCH_LOADER_API size_t hutch_loader_fields(hutch_loader const* loader);
HUTCH_LOADER_API char const* hutch_loader_field_name(hutch_loader const* loader, size_t field);
/// Return "float32", "int16", "bool" ... or "utf8" for texts.
HUTCH_LOADER_API char const* hutch_loader_field_dtype(hutch_loader const* loader, size_t field);
/// Return the number of dimensions of one record's value; *shape points to their sizes.
HUTCH_LOADER_API size_t hutch_loader_field_shape(hutch_loader const* loader, size_t field, uint64_t const** shape);

HUTCH_LOADER_API uint64_t hutch_batch_records(hutch_batch const* batch);
/// Return the numbers of the records within the split.
HUTCH_LOADER_API uint64_t const* hutch_batch_ids(hutch_batch const* batch);
/// Return the numbers of a field, one record after the other, in this machine's byte order; NULL for texts.
HUTCH_LOADER_API void* hutch_batch_numbers(hutch_batch const* batch, size_t field);
/// Return text `index` of a field of texts and its length, or NULL.
HUTCH_LOADER_API char const* hutch_batch_text(hutch_batch const* batch, size_t field, size_t index, size_t* length);
/// Give the memory back. NULL is allowed.
HUTCH_LOADER_API void hutch_batch_release(hutch_batch* batch);

#ifdef __cplusplus
}
#endif

#endif
