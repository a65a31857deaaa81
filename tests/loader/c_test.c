/* Read a data set through the C interface, compiled as C99: c_test FOLDER. Prints records, and what a resumed loader gives. */
#include "hutch/curate/load/hutch_loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(char const* what) {
    fprintf(stderr, "c_test: %s: %s\n", what, hutch_loader_error());
    exit(1);
}

/* FNV-1a over the numbers of all fields of the batches that are left of the epoch. */
static uint64_t digest_of(hutch_loader* loader, uint64_t most) {
    uint64_t digest = 14695981039346656037u, count = 0;
    hutch_batch* batch = NULL;
    int status = 1;
    while (count < most && (status = hutch_loader_next(loader, &batch)) == 1) {
        uint64_t const* const ids = hutch_batch_ids(batch);
        for (uint64_t i = 0; i < hutch_batch_records(batch); ++i) digest = (digest ^ ids[i]) * 1099511628211u;
        float const* const numbers = hutch_batch_numbers(batch, 0);
        for (uint64_t i = 0; i < hutch_batch_records(batch); ++i) digest = (digest ^ (uint64_t)numbers[i]) * 1099511628211u;
        if (hutch_batch_numbers(batch, 99) != NULL || hutch_batch_text(batch, 0, 0, NULL) != NULL) fail("places that are not there");
        hutch_batch_release(batch);
        ++count;
    }
    if (status < 0) fail("hutch_loader_next");
    return digest;
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    if (hutch_loader_abi() != HUTCH_LOADER_ABI) fail("another version of the library");
    hutch_loader_options options;
    hutch_loader_defaults(&options);
    options.path = "nowhere";
    if (hutch_loader_open(&options) != NULL || strstr(hutch_loader_error(), "'nowhere' does not exist") == NULL)
        fail("a folder that is not there was opened");
    options.path = argv[1];
    options.split = "train";
    options.fields = "x,label,name";
    options.dtypes = "label=int64";
    options.shuffle = "records";
    options.seed = 7;
    options.batch = 10;
    hutch_loader* const loader = hutch_loader_open(&options);
    if (loader == NULL) fail("hutch_loader_open");
    uint64_t const* shape = NULL;
    size_t const dims = hutch_loader_field_shape(loader, 0, &shape);
    printf("%s %d dims %d, %s %s, %s %s\n", hutch_loader_field_name(loader, 0), (int)dims, (int)shape[0],
           hutch_loader_field_name(loader, 1), hutch_loader_field_dtype(loader, 1), hutch_loader_field_name(loader, 2),
           hutch_loader_field_dtype(loader, 2));
    printf("%d records in %d batches\n", (int)hutch_loader_records(loader), (int)hutch_loader_batches(loader));

    hutch_batch* batch = NULL;
    if (hutch_loader_next(loader, &batch) != 1) fail("hutch_loader_next");
    size_t length = 0;
    char const* const text = hutch_batch_text(batch, 2, 0, &length);
    int64_t const label = ((int64_t const*)hutch_batch_numbers(batch, 1))[0];
    char wanted[32];
    sprintf(wanted, "record %d", (int)label);
    if (text == NULL || strlen(text) != length || strcmp(text, wanted) != 0) fail("text and label are of different records");
    hutch_batch_release(batch);

    digest_of(loader, 3);
    char state[512];
    if (hutch_loader_state(loader, state, sizeof state) >= (int64_t)sizeof state) fail("hutch_loader_state");
    uint64_t const rest = digest_of(loader, UINT64_MAX);
    hutch_loader_close(loader);

    hutch_loader* const second = hutch_loader_open(&options);
    if (second == NULL || hutch_loader_set_state(second, state) != 0) fail("hutch_loader_set_state");
    printf("epoch %d, batch %d\n", (int)hutch_loader_epoch(second), (int)hutch_loader_position(second));
    if (digest_of(second, UINT64_MAX) != rest) fail("a resumed loader gives other batches");
    if (hutch_loader_set_state(second, "{\"hutch_loader\": 1}") != -1) fail("half a state was taken");
    hutch_loader_close(second);
    hutch_loader_close(NULL);
    printf("resumed with the same batches\n");
    return 0;
}
