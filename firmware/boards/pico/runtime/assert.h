// What the generated code checks is checked by the build and by the proofs.
#define assert(condition) ((void)0)
