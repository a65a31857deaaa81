/* The smallest MPI step: every rank adds its number, rank 0 prints "ranks R sum S hosts H". */
#include <mpi.h>
#include <stdio.h>

int main(int argc, char** argv) {
    int rank = 0, ranks = 0, token = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    /* Once around the ring, so that every pair of neighbours talks; then back to rank 0. */
    if (rank > 0) MPI_Recv(&token, 1, MPI_INT, rank - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    token += rank + 1;
    MPI_Send(&token, 1, MPI_INT, (rank + 1) % ranks, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        MPI_Recv(&token, 1, MPI_INT, ranks - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        printf("ranks %d sum %d\n", ranks, token);
    }
    MPI_Finalize();
    return 0;
}
