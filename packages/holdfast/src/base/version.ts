/** Of all that holdfast ships; a test holds package.json to it. */
export const version = "0.1.0";
