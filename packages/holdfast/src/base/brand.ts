declare const brand: unique symbol;

/** A string (or number) that was parsed once and cannot be mistaken for another kind of string. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
